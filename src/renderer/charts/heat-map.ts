/** Numbers as a picture of one pixel each: rows by columns, from the colour of zero to the full one. */
import { divergingColor, type DivergingColors, type KernelPicture } from './kernel-picture.ts'

export interface HeatCell {
  readonly row: number
  readonly column: number
}

/** What is no number stays transparent. */
export function heatPicture(
  rows: readonly (readonly number[])[],
  columns: number,
  limit: number,
  colors: DivergingColors,
): KernelPicture {
  const [width, height] = [Math.max(1, columns), Math.max(1, rows.length)]
  const pixels = new Uint8ClampedArray(width * height * 4)
  rows.forEach((row, y) => {
    row.forEach((value, x) => {
      if (!Number.isFinite(value)) return
      pixels.set([...divergingColor(value, limit, colors), 255], (y * width + x) * 4)
    })
  })
  return { width, height, pixels }
}

const moves: Readonly<Record<string, readonly [across: number, down: number]>> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}

/** The cell that an arrow key leads to, within so many rows and columns; undefined for another key. */
export function cellBeside(
  { row, column }: HeatCell,
  key: string,
  rows: number,
  columns: number,
): HeatCell | undefined {
  const move = moves[key]
  if (move === undefined) return undefined
  const within = (at: number, count: number): number => Math.max(0, Math.min(count - 1, at))
  return { row: within(row + move[1], rows), column: within(column + move[0], columns) }
}
