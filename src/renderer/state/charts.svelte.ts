/** A range of the horizontal axis: steps or seconds. */
export interface ZoomedRange {
  readonly min: number
  readonly max: number
}

/** How charts of runs are looked at, kept while other pages are open. */
export class ChartsState {
  /** Of the moving average, in percent of the axis. */
  smoothingPercent = $state(1)
  xOf = $state<'step' | 'time'>('step')
  /** By chart. No state: only a chart that is built reads it. */
  readonly #zooms = new Map<string, ZoomedRange>()

  zoomOf(chart: string): ZoomedRange | undefined {
    return this.#zooms.get(chart)
  }

  /** @param range undefined for all of the axis */
  keepZoom(chart: string, range: ZoomedRange | undefined): void {
    if (range === undefined) this.#zooms.delete(chart)
    else this.#zooms.set(chart, range)
  }
}
