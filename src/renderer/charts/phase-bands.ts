/** The phases of runs as parts of the horizontal axis. */
import type { RunPhase } from '#shared/measures/run-timeline.ts'
import { xOfStep, type CurveAxis, type RunPace } from './curve-axis.ts'
import type { ZoomedRange } from '../state/charts.svelte.ts'

export interface PhaseBand extends ZoomedRange {
  readonly name: string
}

export interface PhasedRun {
  readonly phases: readonly RunPhase[]
  readonly pace: RunPace
}

/** Of one run, as far as it has come. */
export function phaseBands({ phases, pace }: PhasedRun, axis: CurveAxis): readonly PhaseBand[] {
  return phases.flatMap(({ name, firstStep, steps }) => {
    const [min, max] = [xOfStep(pace, firstStep, axis), xOfStep(pace, firstStep + steps, axis)]
    return max > min ? [{ name, min, max }] : []
  })
}

/** Those of all runs where they are the same, else none: steps agree where runs have one plan, times hardly ever. */
export function commonBands(runs: readonly PhasedRun[], axis: CurveAxis): readonly PhaseBand[] {
  const [first = [], ...others] = runs.map((run) => phaseBands(run, axis))
  const key = JSON.stringify(first)
  return others.every((bands) => JSON.stringify(bands) === key) ? first : []
}

/** From where the first of the runs begins a phase to where the last of them ends it, by the name of the phase. */
export function phaseRanges(runs: readonly PhasedRun[], axis: CurveAxis): readonly PhaseBand[] {
  const ranges = new Map<string, PhaseBand>()
  for (const { name, min, max } of runs.flatMap((run) => phaseBands(run, axis))) {
    const known = ranges.get(name)
    ranges.set(name, { name, min: Math.min(min, known?.min ?? min), max: Math.max(max, known?.max ?? max) })
  }
  return [...ranges.values()]
}
