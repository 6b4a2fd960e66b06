/** A chart as something to take along: a picture, and its numbers. */
import type { ChartTheme } from './chart-theme.ts'

export interface FigureTable {
  readonly columns: readonly string[]
  /** A cell without a value is undefined. */
  readonly rows: readonly (readonly (string | number | undefined)[])[]
}

export interface ChartFigure {
  readonly title: string
  /** Its numbers as they are shown. */
  readonly table: () => FigureTable
  /** An SVG file. */
  readonly picture: (theme: ChartTheme) => string
  /** Runs whose points make it: their file of rows is written from the store, with every point. */
  readonly points?: { readonly runIds: readonly string[]; readonly metrics: readonly string[] }
}

/** What a chart is called in a folder: `Losses of ResNet-20` is `losses-of-resnet-20`. */
export function figureFileName(title: string, ending: string): string {
  const words = title.toLowerCase().match(/[a-z0-9]+/g) ?? ['chart']
  return `${words.join('-').slice(0, 80)}.${ending}`
}
