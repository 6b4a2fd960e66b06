import type { CurveAxis } from '../charts/curve-axis.ts'
import type { GroupBand } from '../charts/group-curves.ts'
import type { SmoothingMethod } from '../charts/smoothing.ts'

/** A range of the horizontal axis: steps or seconds. */
export interface ZoomedRange {
  readonly min: number
  readonly max: number
}

/** On the axis that was shown when somebody chose it. */
export interface KeptZoom extends ZoomedRange {
  readonly axis: CurveAxis
}

/** `usual`: as it suits the metric. */
export const valueScales = ['usual', 'linear', 'logarithmic'] as const
export type ValueScale = (typeof valueScales)[number]

export const curveGroupings = ['none', 'seeds', 'method', 'network', 'batch'] as const
export type CurveGrouping = (typeof curveGroupings)[number]

/** How charts of runs are looked at, kept while other pages are open. */
export class ChartsState {
  axis = $state<CurveAxis>('step')
  isXLogarithmic = $state(false)
  valueScale = $state<ValueScale>('usual')
  smoothingMethod = $state<SmoothingMethod>('exponential')
  /** Width of the averages, in percent of the axis. */
  smoothingPercent = $state(1)
  /** The values' axis leaves out what lies far from all others. */
  areOutliersClipped = $state(false)
  /** What curves of several experiments are averaged over. */
  grouping = $state<CurveGrouping>('none')
  groupBand = $state<GroupBand>('deviation')
  #zooms = $state.raw<ReadonlyMap<string, KeptZoom>>(new Map())

  /** Of an axis as long as this; undefined while nothing is smoothed. */
  smoothingOver(length: number): { readonly method: SmoothingMethod; readonly width: number } | undefined {
    if (this.smoothingPercent === 0) return undefined
    return { method: this.smoothingMethod, width: (this.smoothingPercent / 100) * length }
  }

  /** Of charts that are zoomed as one. */
  zoomOf(charts: string): KeptZoom | undefined {
    return this.#zooms.get(charts)
  }

  /** @param zoom undefined for all of the axis */
  keepZoom(charts: string, zoom: KeptZoom | undefined): void {
    const zooms = new Map(this.#zooms)
    if (zoom === undefined) zooms.delete(charts)
    else zooms.set(charts, zoom)
    this.#zooms = zooms
  }
}
