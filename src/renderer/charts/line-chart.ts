import type uPlot from 'uplot'
import { formatCount } from '../format/format.ts'
import { rowUpTo } from './plot-data.ts'
import { stepIncrements, timeIncrements, timeTick, valueTicks } from './ticks.ts'
import { valueRange, type AxisLimits } from './value-range.ts'

export interface LineStyle {
  readonly label: string
  /** Resolved CSS colours: of the line, and of the raw values behind it. */
  readonly color: string
  readonly paleColor: string
  readonly isSmoothed: boolean
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
  /** Charts with the same key share the hovered position and the zoomed range. */
  readonly syncKey: string
  readonly style: LineChartStyle
  /** The x that is hovered, the same in all charts that share the position. */
  readonly onHover: (x: number | undefined) => void
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
      // Row 0 has no value in a column without an earlier point, so no point is drawn there.
      dataIdx: (plot, series, _, x) => rowUpTo(plot.data[0], plot.data[series], x) ?? 0,
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
        { stroke: line.paleColor, width: 1, show: line.isSmoothed, points: { show: false } },
        { label: line.label, stroke: line.color, width: 1.6 },
      ]),
    ],
    hooks: { setCursor: [(plot) => options.onHover(hoveredX(plot))] },
  }
}

function hoveredX({ cursor, posToVal }: uPlot): number | undefined {
  // Outside of the plot the cursor stands at -10.
  return cursor.left === undefined || cursor.left < 0 ? undefined : Math.max(0, posToVal(cursor.left, 'x'))
}

/** Room for the y axis in pixels: that of its longest label, and no less than lets charts stand in line. */
function labelWidth(labels: readonly (string | null)[] | null): number {
  const longest = Math.max(0, ...(labels ?? []).map((label) => label?.length ?? 0))
  return Math.max(66, 16 + 6.5 * longest)
}
