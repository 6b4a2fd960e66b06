/** A zoom as it is on the axis shown now, by the pace of a run: it survives a change of the axis. */
import type { KeptZoom, ZoomedRange } from '../state/charts.svelte.ts'
import { convertX, stepOfX, type CurveAxis, type RunPace } from './curve-axis.ts'
import type { DetailWindow } from './curve-detail.svelte.ts'

export function zoomOn(axis: CurveAxis, zoom: KeptZoom | undefined, pace: RunPace): ZoomedRange | undefined {
  if (zoom === undefined) return undefined
  const [min, max] = [zoom.min, zoom.max].map((x) => convertX(pace, x, zoom.axis, axis))
  return min !== undefined && max !== undefined && max > min ? { min, max } : undefined
}

/** The steps of a run in sight, with some beside them so that a small move shows no gap. */
export function windowOf(runId: string, zoom: ZoomedRange, axis: CurveAxis, pace: RunPace): DetailWindow {
  const [from, to] = [stepOfX(pace, zoom.min, axis), stepOfX(pace, zoom.max, axis)]
  const margin = 0.1 * (to - from)
  return { runId, afterStep: Math.max(-1, Math.floor(from - margin)), upToStep: Math.max(0, Math.ceil(to + margin)) }
}
