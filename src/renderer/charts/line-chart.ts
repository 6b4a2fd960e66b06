import type uPlot from 'uplot'
import { formatCount, formatDuration } from '../format/format.ts'

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

export interface LineChartOptions {
  readonly width: number
  readonly height: number
  readonly isLogarithmic: boolean
  readonly xOf: 'step' | 'time'
  readonly isSmoothed: boolean
  /** Charts with the same key share the hovered position and the zoomed range. */
  readonly syncKey: string
  readonly style: LineChartStyle
  readonly formatValue: (value: number) => string
  /** The hovered x and the value of each line there. */
  readonly onHover: (hovered: HoveredPoint | undefined) => void
}

export interface HoveredPoint {
  readonly x: number
  readonly values: readonly (number | undefined)[]
}

/** Options of a uPlot chart whose data are the columns of `alignSeries`: raw and smoothed of each line. */
export function lineChartOptions(options: LineChartOptions): uPlot.Options {
  const { style } = options
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
      y: options.isLogarithmic ? { distr: 3, log: 10 } : {},
    },
    axes: [
      { ...axis, space: 70, size: 28, values: (_, ticks) => ticks.map((tick) => formatX(tick, options.xOf)) },
      {
        ...axis,
        size: (_, labels) => labelWidth(labels),
        space: 24,
        values: (_, ticks) => ticks.map((tick: number | null) => (tick === null ? '' : options.formatValue(tick))),
      },
    ],
    series: [
      {},
      ...style.lines.flatMap((line): uPlot.Series[] => [
        { stroke: line.paleColor, width: 1, show: options.isSmoothed, spanGaps: true, points: { show: false } },
        { label: line.label, stroke: line.color, width: 1.6, spanGaps: true },
      ]),
    ],
    hooks: {
      setCursor: [
        (plot) => {
          const index = plot.cursor.idx
          const x = index === null || index === undefined ? undefined : plot.data[0][index]
          if (index === null || index === undefined || x === undefined) options.onHover(undefined)
          else options.onHover({ x, values: style.lines.map((_, line) => valueNear(plot.data[2 * line + 2], index)) })
        },
      ],
    },
  }
}

/** Room for the y axis in pixels: that of its longest label, and no less than lets charts stand in line. */
function labelWidth(labels: readonly (string | null)[] | null): number {
  const longest = Math.max(0, ...(labels ?? []).map((label) => label?.length ?? 0))
  return Math.max(52, 16 + 6.5 * longest)
}

/** The value at `index`, or of the nearest earlier point of that line: lines do not share their steps. */
function valueNear(column: ArrayLike<number | null | undefined> | undefined, index: number): number | undefined {
  for (let at = index; at >= 0; at--) {
    const value = column?.[at]
    if (value !== null && value !== undefined) return value
  }
  return undefined
}

/** Text of an x position: a step, or the training time. */
function formatX(x: number, xOf: 'step' | 'time'): string {
  if (xOf === 'time') return x === 0 ? '0' : formatDuration(x)
  return formatCount(x)
}
