/** Bars as an SVG file. */
import type { ChartFigure } from './chart-figure.ts'
import { chartFontPixels, type ChartTheme } from './chart-theme.ts'
import { chartTexts } from './texts.ts'
import { svgElement, svgFile, svgText } from './svg-writer.ts'

export interface BarRow {
  readonly name: string
  /** Drawn under each other, or behind each other where they are parts of a whole. */
  readonly values: readonly { readonly value: number; readonly text: string; readonly token: string }[]
}

export interface BarFigure {
  readonly title: string
  readonly rows: readonly BarRow[]
  /** What the full width stands for. */
  readonly scale: number
  /** Parts of a whole, with the text of the whole at its end. */
  readonly isStacked: boolean
}

/** What the largest bar stands for. */
export function barScale(rows: readonly BarRow[]): number {
  return Math.max(1e-12, ...rows.flatMap(({ values }) => values.map(({ value }) => value)))
}

const [width, left, right, top] = [860, 230, 120, 44]
const barHeight = 12
const gap = 8

/** Bars to take out of the studio; `columns` name the values of a row. */
export function barFigure(figure: BarFigure, columns: readonly string[]): ChartFigure {
  return {
    title: figure.title,
    picture: (theme) => barPicture(figure, theme),
    table: () => ({
      columns: [chartTexts.barName, ...columns],
      rows: figure.rows.map(({ name, values }) => [name, ...values.map(({ value }) => value)]),
    }),
  }
}

function barPicture({ title, rows, scale, isStacked }: BarFigure, theme: ChartTheme): string {
  const full = width - left - right
  const rowHeight = ({ values }: BarRow): number => gap + barHeight * (isStacked ? 1 : values.length)
  const label = { fill: theme.text, 'font-size': chartFontPixels }
  let y = top
  const drawn = rows.flatMap((row) => {
    const start = y
    y += rowHeight(row)
    let x = left
    return [
      svgText(row.name, left - 10, start + (rowHeight(row) - gap) / 2, { ...label, 'text-anchor': 'end' }),
      ...row.values.flatMap(({ value, text, token }, index) => {
        const length = (full * Math.max(0, value)) / scale
        const at = { x: isStacked ? x : left, y: isStacked ? start : start + barHeight * index }
        x += length
        const bar = svgElement('rect', { ...at, width: length, height: barHeight - 2, fill: theme.colorOf(token) })
        return isStacked ? [bar] : [bar, svgText(text, left + length + 6, at.y + barHeight / 2 - 1, label)]
      }),
    ]
  })
  const page = { width, height: y + gap, title, background: theme.surface, fontFamily: theme.fontFamily }
  const heading = svgText(title, 16, 22, { fill: theme.text, 'font-size': 15, 'font-weight': 600 })
  return svgFile(page, heading + drawn.join(''))
}
