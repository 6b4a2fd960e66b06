import type uPlot from 'uplot'
import { formatCount } from '../format/format.ts'
import { stepIncrements, timeIncrements, timeTick, valueTicks } from './ticks.ts'
import { valueRange, type AxisLimits } from './value-range.ts'

export interface LineStyle {
  readonly label: string
  /** Resolved CSS colours: of the line, and of the raw values behind it. */
  readonly color: string
  readonly paleColor: string
}

export interface LineChartStyle {
  readonly lines: readonly LineStyle[]
  readonly gridColor: string
  readonly textColor: string
  readonly font: string
}

/** How values are written and how much of their axis is shown. */
export interface ValueAxis extends AxisLimits {
  readonly isLogarithmic: boolean
  /** Unit behind a tick. */
  readonly suffix: string
}

export interface LineChartOptions {
  readonly width: number
  readonly height: number
  readonly axis: ValueAxis
  readonly xOf: 'step' | 'time'
  readonly isSmoothed: boolean
  /** Charts with the same key share the hovered position and the zoomed range. */
  readonly syncKey: string
  readonly style: LineChartStyle
  /** Row of the data that is hovered. */
  readonly onHover: (row: number | undefined) => void
}

/** Options of a uPlot chart whose data are the columns of `alignSeries`: raw and smoothed of each line. */
export function lineChartOptions(options: LineChartOptions): uPlot.Options {
  const { style, axis: valueAxis, xOf } = options
  const axis: uPlot.Axis = {
    stroke: style.textColor,
    font: style.font,
    grid: { stroke: style.gridColor, width: 1 },
    ticks: { stroke: style.gridColor, width: 1, size: 4 },
    gap: 4,
  }
  return {
    width: options.width,
    height: options.height,
    // The last label of the x axis is centred under the right end of the plot.
    padding: [8, 26, 0, 0],
    legend: { show: false },
    cursor: {
      y: false,
      points: { size: 6 },
      drag: { x: true, y: false },
      sync: { key: options.syncKey, scales: ['x', null] },
    },
    scales: {
      x: { time: false },
      y: valueAxis.isLogarithmic
        ? { distr: 3, log: 10 }
        : { range: (_, low: number | null, high: number | null) => [...valueRange(low, high, valueAxis)] },
    },
    axes: [
      {
        ...axis,
        space: xOf === 'step' ? 58 : 80,
        size: 28,
        // uPlot only reads; its type asks for a mutable array.
        incrs: [...(xOf === 'step' ? stepIncrements : timeIncrements)],
        values: (_, ticks) => ticks.map(xOf === 'step' ? formatCount : timeTick),
      },
      {
        ...axis,
        size: (_, labels) => labelWidth(labels),
        space: 24,
        values: (_, ticks: readonly (number | null)[]) => [...valueTicks(ticks, valueAxis)],
      },
    ],
    series: [
      {},
      ...style.lines.flatMap((line): uPlot.Series[] => [
        { stroke: line.paleColor, width: 1, show: options.isSmoothed, points: { show: false } },
        { label: line.label, stroke: line.color, width: 1.6 },
      ]),
    ],
    hooks: { setCursor: [(plot) => options.onHover(plot.cursor.idx ?? undefined)] },
  }
}

/** Room for the y axis in pixels: that of its longest label, and no less than lets charts stand in line. */
function labelWidth(labels: readonly (string | null)[] | null): number {
  const longest = Math.max(0, ...(labels ?? []).map((label) => label?.length ?? 0))
  return Math.max(66, 16 + 6.5 * longest)
}
