/** Where kernels and their weights lie in a picture of `kernelPicture`, for what is drawn over it and pointed at. */
import type { KernelPictureOptions } from './kernel-picture.ts'

export type KernelLayout = Pick<KernelPictureOptions, 'kernelShape' | 'count' | 'columns' | 'scale' | 'gap'>

/** One weight of a picture. */
export interface WeightPlace {
  /** Index of its kernel, as they are drawn. */
  readonly kernel: number
  readonly row: number
  readonly column: number
}

interface Point {
  readonly x: number
  readonly y: number
}

/** Width and height of the picture in its own pixels. */
export function pictureSize({ kernelShape: [height, width], count, columns, scale, gap }: KernelLayout): {
  readonly width: number
  readonly height: number
} {
  const rows = Math.ceil(count / columns)
  return {
    width: Math.max(1, columns * (width * scale + gap) - gap),
    height: Math.max(1, rows * (height * scale + gap) - gap),
  }
}

/** The weight at a point; undefined in a gap or beyond the last kernel. */
export function weightAt({ kernelShape, count, columns, scale, gap }: KernelLayout, { x, y }: Point) {
  const [height, width] = kernelShape
  const [cellWidth, cellHeight] = [width * scale + gap, height * scale + gap]
  const [gridColumn, gridRow] = [Math.floor(x / cellWidth), Math.floor(y / cellHeight)]
  const place: WeightPlace = {
    kernel: gridRow * columns + gridColumn,
    row: Math.floor((y - gridRow * cellHeight) / scale),
    column: Math.floor((x - gridColumn * cellWidth) / scale),
  }
  const isInside = x >= 0 && y >= 0 && gridColumn < columns && place.kernel < count
  return isInside && place.row < height && place.column < width ? place : undefined
}

/** The square of a weight. */
export function weightBox(
  layout: KernelLayout,
  { kernel, row, column }: WeightPlace,
): Point & { readonly size: number } {
  const { x, y } = cornerOf(layout, kernel)
  return { x: x + column * layout.scale, y: y + row * layout.scale, size: layout.scale }
}

/** Through the middle of each kernel, in the order of the path: for an SVG `polyline`. */
export function pathPoints(layout: KernelLayout, path: readonly number[]): string {
  const [height, width] = layout.kernelShape
  return path
    .map((kernel) => {
      const { x, y } = cornerOf(layout, kernel)
      return `${x + (width * layout.scale) / 2},${y + (height * layout.scale) / 2}`
    })
    .join(' ')
}

/** The weight one further in a direction: across the edge of a kernel into the next, not out of the picture. */
export function neighbour(layout: KernelLayout, at: WeightPlace, direction: Direction): WeightPlace {
  const { kernelShape, count, columns } = layout
  const [height, width] = kernelShape
  const [across, down] = moves[direction]
  const x = (at.kernel % columns) * width + at.column + across
  const y = Math.floor(at.kernel / columns) * height + at.row + down
  const kernel = Math.floor(y / height) * columns + Math.floor(x / width)
  const isInside = x >= 0 && y >= 0 && x < columns * width && kernel < count
  return isInside ? { kernel, row: y % height, column: x % width } : at
}

const moves = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
} as const
export type Direction = keyof typeof moves

export function isDirection(key: string): key is Direction {
  return key in moves
}

function cornerOf({ kernelShape: [height, width], columns, scale, gap }: KernelLayout, kernel: number): Point {
  return {
    x: (kernel % columns) * (width * scale + gap),
    y: Math.floor(kernel / columns) * (height * scale + gap),
  }
}
