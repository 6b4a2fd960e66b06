/** Curves as an SVG file: what the canvas shows, drawn anew from the same columns. */
import { formatCount } from '../format/format.ts'
import type { ZoomedRange } from '../state/charts.svelte.ts'
import type { FigureTable } from './chart-figure.ts'
import { bandShare, chartFontPixels, paleShare, type ChartTheme } from './chart-theme.ts'
import type { CurveAxis } from './curve-axis.ts'
import type { PhaseBand } from './phase-bands.ts'
import type { AlignedColumns } from './plot-data.ts'
import { roundTicks } from './scatter-layout.ts'
import { svgElement, svgFile, svgPath, svgText } from './svg-writer.ts'
import { chartTexts } from './texts.ts'
import { timeTick, valueTicks } from './ticks.ts'
import { logarithmicPlaces, shownValues, type ValueAxis, type ValueFences } from './values-axis.ts'

export interface DrawnCurve {
  readonly label: string
  readonly token: string
  readonly isSmoothed: boolean
  readonly hasBand: boolean
  readonly isListed: boolean
  /** Where its columns begin among those of `CurveFigure`. */
  readonly column: number
}

export interface CurveFigure {
  readonly title: string
  readonly aligned: AlignedColumns
  readonly curves: readonly DrawnCurve[]
  readonly values: ValueAxis
  readonly fences: ValueFences | undefined
  readonly x: { readonly axis: CurveAxis; readonly isLogarithmic: boolean }
  /** What is in sight of the x axis. */
  readonly range: ZoomedRange
  readonly bands: readonly PhaseBand[]
}

const [width, height] = [960, 540]
const [left, right, top, bottom] = [84, 24, 44, 46]
const legendRow = 18
const legendColumn = 220

type Column = AlignedColumns['columns'][number]

interface Scales {
  readonly x: (value: number) => number
  readonly y: (value: number) => number
}

export function curvePicture(figure: CurveFigure, theme: ChartTheme): string {
  const { title, curves, range, bands } = figure
  const listed = curves.filter(({ isListed }) => isListed)
  const perRow = Math.floor((width - left - right) / legendColumn)
  const legendHeight = legendRow * Math.ceil(listed.length / perRow)
  const page = { width, height: height + legendHeight, title, background: theme.surface, fontFamily: theme.fontFamily }
  const [low, high] = shownValues(figure.values, ...extent(figure), figure.fences)
  const between = (value: number, from: number, to: number, isLogarithmic: boolean): number =>
    isLogarithmic ? Math.log(value / from) / Math.log(to / from) : (value - from) / (to - from)
  const start = figure.x.isLogarithmic ? Math.max(range.min, figure.aligned.x[0] ?? 1) : range.min
  const plotWidth = width - left - right
  const plotHeight = height - top - bottom
  const scales: Scales = {
    x: (value) => left + plotWidth * between(value, start, range.max, figure.x.isLogarithmic),
    y: (value) => height - bottom - plotHeight * between(value, low, high, figure.values.isLogarithmic),
  }
  const shownRange = { min: start, max: range.max }
  const shownBands = bands.length < 2 ? [] : bands
  const clip = svgElement(
    'clipPath',
    { id: 'plot' },
    svgElement('rect', { x: left, y: top, width: plotWidth, height: plotHeight }),
  )
  return svgFile(
    page,
    [
      clip,
      svgText(title, left, 22, { fill: theme.text, 'font-size': 15, 'font-weight': 600 }),
      ...shownBands.map((band, index) => shade(band, index, shownRange, scales, theme)),
      axes(figure, scales, { x: [start, range.max], y: [low, high] }, theme),
      ...shownBands.map((band, index) => phaseName(band, index, shownRange, scales, theme)),
      svgElement(
        'g',
        { 'clip-path': 'url(#plot)', fill: 'none' },
        curves.map((curve) => lines(curve, figure, scales, theme)).join(''),
      ),
      ...listed.map((curve, index) => legend(curve, index, perRow, theme)),
    ].join(''),
  )
}

/** The columns in sight as a table: x, and one or two columns a curve. */
export function curveTable({ aligned, curves, x, range }: CurveFigure): FigureTable {
  const listed = curves.filter(({ isListed }) => isListed)
  const own = listed.flatMap(({ label, isSmoothed, hasBand, column }) => [
    { title: label, values: aligned.columns[column] },
    ...(isSmoothed
      ? [{ title: `${label}, ${chartTexts.smoothed.toLowerCase()}`, values: aligned.columns[column + 1] }]
      : []),
    ...(hasBand
      ? [
          { title: `${label}, ${chartTexts.low}`, values: aligned.columns[column + 2] },
          { title: `${label}, ${chartTexts.high}`, values: aligned.columns[column + 3] },
        ]
      : []),
  ])
  const rows = aligned.x.flatMap((at, row) => {
    const values = own.map((column) => column.values?.[row] ?? undefined)
    const isShown = at >= range.min && at <= range.max && values.some((value) => value !== undefined)
    return isShown ? [[at, ...values]] : []
  })
  return { columns: [chartTexts.xColumns[x.axis], ...own.map(({ title }) => title)], rows }
}

/** Lowest and highest of what is in sight. */
function extent({ aligned, range }: CurveFigure): readonly [low: number | null, high: number | null] {
  let low = Infinity
  let high = -Infinity
  for (const column of aligned.columns) {
    column.forEach((value, row) => {
      const at = aligned.x[row] ?? NaN
      if (value === null || value === undefined || at < range.min || at > range.max) return
      low = Math.min(low, value)
      high = Math.max(high, value)
    })
  }
  return low > high ? [null, null] : [low, high]
}

/** Every second phase is shaded. */
function shade(band: PhaseBand, index: number, range: ZoomedRange, { x }: Scales, theme: ChartTheme): string {
  if (index % 2 === 0 || band.max <= range.min || band.min >= range.max) return ''
  const [from, to] = [x(Math.max(band.min, range.min)), x(Math.min(band.max, range.max))]
  return svgElement('rect', { x: from, y: top, width: to - from, height: height - top - bottom, fill: theme.band })
}

/** Where there is room for it; over the grid. */
function phaseName(band: PhaseBand, index: number, range: ZoomedRange, { x }: Scales, theme: ChartTheme): string {
  const [from, to] = [x(Math.max(band.min, range.min)), x(Math.min(band.max, range.max))]
  const characterPixels = 7
  if (to - from <= characterPixels * band.name.length) return ''
  const halo = { stroke: index % 2 === 1 ? theme.band : theme.surface, 'stroke-width': 4, 'paint-order': 'stroke' }
  const text = { fill: theme.mutedText, 'font-size': chartFontPixels, ...halo }
  return svgText(chartTexts.phase(band.name), from + 4, top + 10, text)
}

interface Ranges {
  readonly x: readonly [number, number]
  readonly y: readonly [number, number]
}

function axes({ x: xOf, values }: CurveFigure, { x, y }: Scales, ranges: Ranges, theme: ChartTheme): string {
  const places = ([low, high]: readonly [number, number], most: number, isLogarithmic: boolean): readonly number[] =>
    (isLogarithmic ? logarithmicPlaces : roundTicks)(low, high, most)
  const xTicks = places(ranges.x, 8, xOf.isLogarithmic)
  const yTicks = places(ranges.y, 8, values.isLogarithmic)
  const text = { fill: theme.mutedText, 'font-size': chartFontPixels }
  const line = { stroke: theme.grid }
  const write = xOf.axis === 'step' ? formatCount : timeTick
  const yTexts = valueTicks(yTicks, values)
  return [
    ...xTicks.flatMap((tick) => [
      svgElement('line', { x1: x(tick), x2: x(tick), y1: top, y2: height - bottom, ...line }),
      svgText(write(tick), x(tick), height - bottom + 14, { ...text, 'text-anchor': 'middle' }),
    ]),
    ...yTicks.flatMap((tick, index) => [
      svgElement('line', { x1: left, x2: width - right, y1: y(tick), y2: y(tick), ...line }),
      svgText(yTexts[index] ?? '', left - 8, y(tick), { ...text, 'text-anchor': 'end' }),
    ]),
    svgText(chartTexts.xColumns[xOf.axis], (left + width - right) / 2, height - 14, {
      ...text,
      'text-anchor': 'middle',
    }),
  ].join('')
}

function lines(curve: DrawnCurve, { aligned }: CurveFigure, scales: Scales, theme: ChartTheme): string {
  const color = theme.colorOf(curve.token)
  const pathOf = (column: Column | undefined): string => svgPath(pointsOf(aligned.x, column, scales))
  const [raw, main, low, high] = [0, 1, 2, 3].map((offset) => aligned.columns[curve.column + offset])
  const band = curve.hasBand ? [...inside(aligned.x, high, scales), ...inside(aligned.x, low, scales).toReversed()] : []
  return [
    ...(curve.hasBand ? [svgElement('path', { d: `${svgPath(band)}Z`, fill: color, 'fill-opacity': bandShare })] : []),
    ...(curve.isSmoothed ? [svgElement('path', { d: pathOf(raw), stroke: color, 'stroke-opacity': paleShare })] : []),
    svgElement('path', { d: pathOf(main), stroke: color, 'stroke-width': 1.6, 'stroke-linejoin': 'round' }),
  ].join('')
}

/** `null` is a gap, `undefined` (another line's x) is bridged. */
function pointsOf(x: readonly number[], column: Column | undefined, scales: Scales) {
  return (column ?? []).flatMap((value, row) => {
    if (value === undefined) return []
    return [value === null ? undefined : ([scales.x(x[row] ?? NaN), scales.y(value)] as const)]
  })
}

function inside(x: readonly number[], column: Column | undefined, scales: Scales) {
  return pointsOf(x, column, scales).filter((point) => point !== undefined)
}

function legend({ label, token }: DrawnCurve, index: number, perRow: number, theme: ChartTheme): string {
  const x = left + legendColumn * (index % perRow)
  const y = height + legendRow * Math.floor(index / perRow)
  const mark = svgElement('rect', { x, y: y - 1.5, width: 14, height: 3, rx: 1.5, fill: theme.colorOf(token) })
  return mark + svgText(label, x + 20, y, { fill: theme.text, 'font-size': chartFontPixels })
}
