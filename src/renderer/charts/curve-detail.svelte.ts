import type { StudioApi } from '#shared/protocol/contract.ts'
import { ask } from '../state/client.ts'
import { seriesOfCurve } from './metric-series.ts'
import type { WindowedSeries } from './run-curve.ts'

/** A stretch of steps of one run. */
export interface DetailWindow {
  readonly runId: string
  readonly afterStep: number
  readonly upToStep: number
}

/** How long the axis has to rest before its window is read. */
const restMs = 120
const windowPoints = 2000

/** The points of what is zoomed into, where the whole run has more than were read: asked for when the zoom rests. */
export class CurveDetail {
  readonly #api: StudioApi
  readonly #pause: (() => Promise<unknown>) | undefined
  #found = $state.raw<ReadonlyMap<string, WindowedSeries>>(new Map())
  #wanted = '[]'
  #timer: ReturnType<typeof setTimeout> | undefined

  /** @param pause waited for between one metric and the next; without it all arrive at once */
  constructor(api: StudioApi, pause?: () => Promise<unknown>) {
    this.#api = api
    this.#pause = pause
  }

  of(runId: string, metric: string): WindowedSeries | undefined {
    return this.#found.get(keyOf(runId, metric))
  }

  /** What was found before stays until this has been read: closer points are still true where they are. */
  want(windows: readonly DetailWindow[]): void {
    const wanted = JSON.stringify(windows)
    if (wanted === this.#wanted) return
    this.#wanted = wanted
    clearTimeout(this.#timer)
    if (windows.length === 0) this.#found = new Map()
    else this.#timer = setTimeout(() => void this.#read(windows, wanted), restMs)
  }

  dispose(): void {
    clearTimeout(this.#timer)
    // What is still to arrive is not wanted.
    this.#wanted = '[]'
  }

  /** What cannot be read leaves the thinned points, which are there already. */
  async #read(windows: readonly DetailWindow[], wanted: string): Promise<void> {
    const found = new Map<string, WindowedSeries>()
    for (const { runId, ...window } of windows) {
      const answer = await ask(this.#api, 'runs.curves', { ids: [runId], window, maxPoints: windowPoints })
      if (wanted !== this.#wanted) return
      const curves = answer.ok ? (answer.value[0]?.curves ?? []) : []
      for (const curve of curves) found.set(keyOf(runId, curve.metric), { ...window, data: seriesOfCurve(curve) })
    }
    if (this.#pause !== undefined) {
      for (const [key, series] of found) {
        await this.#pause()
        if (wanted !== this.#wanted) return
        this.#found = new Map(this.#found).set(key, series)
      }
    }
    this.#found = found
  }
}

function keyOf(runId: string, metric: string): string {
  return `${runId} ${metric}`
}
