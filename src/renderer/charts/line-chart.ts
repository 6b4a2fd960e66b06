import type uPlot from 'uplot'
import { formatCount } from '../format/format.ts'
import type { ZoomedRange } from '../state/charts.svelte.ts'
import { chartFontPixels, paleShare, bandShare, withAlpha, type ChartTheme } from './chart-theme.ts'
import type { CurveAxis } from './curve-axis.ts'
import type { PhaseBand } from './phase-bands.ts'
import { rowUpTo } from './plot-data.ts'
import { chartTexts } from './texts.ts'
import { stepIncrements, timeIncrements, timeTick, valueTicks } from './ticks.ts'
import { logarithmicPlaces, shownValues, type ValueAxis, type ValueFences } from './values-axis.ts'

export interface LineStyle {
  readonly label: string
  readonly token: string
  readonly isSmoothed: boolean
  readonly hasBand: boolean
}

export interface LineChartOptions {
  readonly width: number
  readonly height: number
  readonly axis: ValueAxis
  readonly x: { readonly axis: CurveAxis; readonly isLogarithmic: boolean }
  /** Charts with the same key share the hovered position. */
  readonly syncKey: string
  readonly theme: ChartTheme
  readonly lines: readonly LineStyle[]
  /** Drawn behind the curves; read at every redraw. */
  readonly bands: () => readonly PhaseBand[]
  /** Which values are shown where not all are; read at every change of the range. */
  readonly limits: () => ValueFences | undefined
  /** The x that is hovered, the same in all charts that share the position. */
  readonly onHover: (x: number | undefined) => void
  /** The line the pointer is near to, by its index. Absent: lines are not pointed at. */
  readonly onFocus?: (line: number | undefined) => void
  readonly onZoom: (range: ZoomedRange | undefined) => void
  /** What a press of the pointer does instead of beginning a zoom; false where it begins one. */
  readonly onPress: (event: MouseEvent) => boolean
}

/** Pixels between the pointer and a line that it points at. */
const focusPixels = 14

/** Options of a uPlot chart whose data are the columns of `alignCurves`. */
export function lineChartOptions(options: LineChartOptions): uPlot.Options {
  const { theme, axis: valueAxis, x, onFocus } = options
  const lineOfSeries = options.lines.flatMap(({ hasBand }, line) => new Array<number>(hasBand ? 4 : 2).fill(line))
  const axis: uPlot.Axis = {
    stroke: theme.mutedText,
    font: `${chartFontPixels}px ${theme.fontFamily}`,
    grid: { stroke: theme.grid, width: 1 },
    ticks: { stroke: theme.grid, width: 1, size: 4 },
    gap: 4,
  }
  const isStep = x.axis === 'step'
  return {
    width: options.width,
    height: options.height,
    // The last label of the x axis is centred under the right end of the plot.
    padding: [8, 26, 0, 0],
    legend: { show: false },
    ...(onFocus === undefined ? {} : { focus: { alpha: 0.25 } }),
    cursor: {
      y: false,
      points: { size: 6 },
      // Row 0 has no value in a column without an earlier point, so no point is drawn there.
      dataIdx: (plot, series, _, at) => rowUpTo(plot.data[0], plot.data[series], at) ?? 0,
      drag: { x: true, y: false, setScale: false },
      bind: {
        mousedown: (_plot, _target, handle) => (event) => (options.onPress(event) ? null : handle(event)),
        dblclick: () => () => {
          options.onZoom(undefined)
          return null
        },
      },
      ...(onFocus === undefined ? {} : { focus: { prox: focusPixels } }),
      // A zoom reaches the other charts as state.
      sync: {
        key: options.syncKey,
        scales: ['x', null],
        filters: { pub: (type) => type === 'mousemove' || type === 'mouseleave', sub: () => true },
      },
    },
    scales: {
      x: x.isLogarithmic ? { time: false, distr: 3, log: 10 } : { time: false },
      y: {
        ...(valueAxis.isLogarithmic ? { distr: 3, log: 10 } : {}),
        range: (_, low, high) => [...shownValues(valueAxis, low, high, options.limits())],
      },
    },
    axes: [
      {
        ...axis,
        space: isStep ? 58 : 80,
        size: 28,
        // uPlot only reads; its type asks for a mutable array.
        incrs: [...(isStep ? stepIncrements : timeIncrements)],
        ...(x.isLogarithmic ? { splits: logarithmicSplits(isStep ? 58 : 80, 'x'), filter: (_, splits) => splits } : {}),
        values: (_, ticks) => ticks.map(isStep ? formatCount : timeTick),
      },
      {
        ...axis,
        size: (_, labels) => labelWidth(labels),
        space: 24,
        ...(valueAxis.isLogarithmic ? { splits: logarithmicSplits(24, 'y'), filter: (_, splits) => splits } : {}),
        values: (_, ticks: readonly (number | null)[]) => [...valueTicks(ticks, valueAxis)],
      },
    ],
    series: [{}, ...options.lines.flatMap((line) => seriesOf(line, theme))],
    bands: options.lines.flatMap(({ hasBand, token }, line) => {
      const first = 1 + lineOfSeries.indexOf(line)
      return hasBand ? [{ series: [first + 3, first + 2], fill: withAlpha(theme.colorOf(token), bandShare) }] : []
    }),
    hooks: {
      drawClear: [(plot) => drawBands(plot, options.bands(), theme)],
      drawAxes: [(plot) => drawBandNames(plot, options.bands(), theme)],
      setCursor: [(plot) => options.onHover(hoveredX(plot))],
      setSelect: [(plot) => zoomTo(plot, options.onZoom)],
      setSeries: [(_, series) => onFocus?.(series === null ? undefined : lineOfSeries[series - 1])],
    },
  }
}

function seriesOf({ label, token, isSmoothed, hasBand }: LineStyle, theme: ChartTheme): readonly uPlot.Series[] {
  const color = theme.colorOf(token)
  const edge: uPlot.Series = { stroke: 'transparent', width: 0, points: { show: false } }
  return [
    { stroke: withAlpha(color, paleShare), width: 1, show: isSmoothed, points: { show: false } },
    { label, stroke: color, width: 1.6, points: { stroke: color } },
    ...(hasBand ? [edge, edge] : []),
  ]
}

function logarithmicSplits(space: number, scale: 'x' | 'y'): uPlot.Axis.Splits {
  return (plot, _axis, low, high) => {
    // Not by the element's own size: asking for that lays the page out anew, for every axis and in every frame.
    const pixels = (scale === 'x' ? plot.bbox.width : plot.bbox.height) / devicePixelRatio
    return [...logarithmicPlaces(low, high, Math.max(2, Math.floor(pixels / space)))]
  }
}

interface BandPlace {
  readonly left: number
  readonly right: number
  readonly index: number
}

/** Calls `draw` for each phase in sight, with its place on the canvas; nothing is drawn outside of the plot. */
function eachBand(plot: uPlot, bands: readonly PhaseBand[], draw: (band: PhaseBand, place: BandPlace) => void): void {
  const { ctx, bbox } = plot
  const { min, max } = plot.scales['x'] ?? {}
  if (bands.length < 2 || typeof min !== 'number' || typeof max !== 'number') return
  ctx.save()
  ctx.beginPath()
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height)
  ctx.clip()
  bands.forEach((band, index) => {
    if (band.max <= min || band.min >= max) return
    const left = Math.max(bbox.left, plot.valToPos(Math.max(band.min, min), 'x', true))
    const right = Math.min(bbox.left + bbox.width, plot.valToPos(Math.min(band.max, max), 'x', true))
    draw(band, { left, right, index })
  })
  ctx.restore()
}

/** Every second phase is shaded. */
function drawBands(plot: uPlot, bands: readonly PhaseBand[], theme: ChartTheme): void {
  const { ctx, bbox } = plot
  eachBand(plot, bands, (_, { left, right, index }) => {
    ctx.fillStyle = theme.band
    if (index % 2 === 1) ctx.fillRect(left, bbox.top, right - left, bbox.height)
  })
}

/** Over the grid, behind the curves. */
function drawBandNames(plot: uPlot, bands: readonly PhaseBand[], theme: ChartTheme): void {
  const { ctx, bbox } = plot
  const margin = 4 * devicePixelRatio
  eachBand(plot, bands, ({ name }, { left, right, index }) => {
    const text = chartTexts.phase(name)
    ctx.font = `${chartFontPixels * devicePixelRatio}px ${theme.fontFamily}`
    // The axes leave theirs behind.
    ctx.textAlign = 'left'
    ctx.textBaseline = 'top'
    if (ctx.measureText(text).width + 2 * margin >= right - left) return
    ctx.lineWidth = margin
    ctx.lineJoin = 'round'
    ctx.strokeStyle = index % 2 === 1 ? theme.band : theme.surface
    ctx.strokeText(text, left + margin, bbox.top + margin)
    ctx.fillStyle = theme.mutedText
    ctx.fillText(text, left + margin, bbox.top + margin)
  })
}

/** What was drawn out with the pointer, as a zoom. */
function zoomTo(plot: uPlot, onZoom: LineChartOptions['onZoom']): void {
  const { left, width } = plot.select
  if (width <= 0) return
  onZoom({ min: plot.posToVal(left, 'x'), max: plot.posToVal(left + width, 'x') })
  plot.setSelect({ left: 0, top: 0, width: 0, height: 0 }, false)
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
