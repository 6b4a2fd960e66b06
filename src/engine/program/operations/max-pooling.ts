/** Maximum pooling and its gradient. */
import type { Lowering } from '../onnx/lowering.ts'
import { uniform, type Value } from '../onnx/value.ts'
import { concatValues, padValue, sliceValue } from './arrangement.ts'
import { channelsFirst, inFormat } from './convolution-geometry.ts'
import { operand, operation, type OperationTable } from './operation.ts'
import { pooling, poolingOf, type PoolingInfo } from './pooling.ts'

/** Below every number an image holds, so that padding is never a maximum. */
const padding = -3.4028234663852886e38

const maxPoolGrad = operation(
  (call) => operand(call, 'input'),
  (call, lowering) => {
    const info = poolingOf(call, operand(call, 'input').shape)
    const maps = (name: string): Value => lowering.unblocked(channelsFirst(operand(call, name), 'NHWC', lowering))
    const image = maximumGradient(maps('input'), maps('output'), maps('dy'), info, lowering)
    return inFormat(image, 'NHWC', lowering)
  },
)

/**
 * To the first maximum of every window in row-major order. MaxPool's own indices would need a scatter, which races between
 * threads, and do not exist on graphics devices; so windows are compared cell by cell. Windows may overlap and pad.
 * @param x [batch, channels, height, width]
 * @param y maxima, [batch, channels, rows, columns], and `dy` the gradient by them
 * @returns the gradient by x
 */
function maximumGradient(x: Value, y: Value, dy: Value, info: PoolingInfo, lowering: Lowering): Value {
  const { batchSize, inChannels, filterHeight, filterWidth, strideHeight, strideWidth } = info
  // The padded image as a grid of stride x stride cells: a window starts at every cell of the first grid rows.
  const rows = info.outHeight + Math.ceil(filterHeight / strideHeight) - 1
  const columns = info.outWidth + Math.ceil(filterWidth / strideWidth) - 1
  const height = rows * strideHeight
  const width = columns * strideWidth
  const padded = cropOrPad(x, info.padInfo, [height, width], padding, lowering)
  const shares = windowShares(padded, y, dy, info, lowering)
  // Pixel (row * stride + r) is cell r + a * stride of the window that starts `a` grid rows further up.
  const planes = Array.from({ length: strideHeight }, (_, r) => {
    const ofRow = Array.from({ length: strideWidth }, (__, c) => planeOf(shares, r, c, [rows, columns], info, lowering))
    return concatValues(ofRow, 5, [batchSize, inChannels, rows, 1, columns, strideWidth], lowering)
  })
  const tiled = concatValues(planes, 3, [batchSize, inChannels, rows, strideHeight, columns, strideWidth], lowering)
  const whole = lowering.reshape(tiled, [batchSize, inChannels, height, width])
  const { top, left } = info.padInfo
  const back = { top: -top, left: -left }
  return cropOrPad(whole, back, [info.inHeight, info.inWidth], 0, lowering)
}

/** For every cell of the windows, row-major, dy where the cell is the first maximum: [batch, channels, rows, columns]. */
function windowShares(
  padded: Value,
  y: Value,
  dy: Value,
  { filterHeight, filterWidth, strideHeight, strideWidth }: PoolingInfo,
  lowering: Lowering,
): readonly Value[] {
  const [batch = 1, channels = 1, outHeight = 1, outWidth = 1] = y.shape
  const boolean = { shape: y.shape, dtype: 'bool' as const }
  const zero = uniform({ shape: [], dtype: 'float32' }, 0)
  let taken: Value | undefined
  return Array.from({ length: filterHeight * filterWidth }, (_, cell) => {
    const row = Math.floor(cell / filterWidth)
    const column = cell % filterWidth
    const ranges = [
      { start: 0, stop: batch, step: 1 },
      { start: 0, stop: channels, step: 1 },
      { start: row, stop: row + (outHeight - 1) * strideHeight + 1, step: strideHeight },
      { start: column, stop: column + (outWidth - 1) * strideWidth + 1, step: strideWidth },
    ]
    const pixel = sliceValue(padded, ranges, y.shape, lowering)
    const isMaximum = lowering.elementwise('Equal', [pixel, y], boolean)
    const free = taken === undefined ? undefined : lowering.elementwise('Not', [taken], boolean)
    const isFirst = free === undefined ? isMaximum : lowering.elementwise('And', [isMaximum, free], boolean)
    taken = taken === undefined ? isMaximum : lowering.elementwise('Or', [taken, isMaximum], boolean)
    return lowering.elementwise('Where', [isFirst, dy, zero], dy)
  })
}

/** Gradient of the pixels at row r and column c of every grid cell, [batch, channels, rows, 1, columns, 1]. */
function planeOf(
  shares: readonly Value[],
  r: number,
  c: number,
  [rows, columns]: readonly [number, number],
  { batchSize, inChannels, filterHeight, filterWidth, strideHeight, strideWidth }: PoolingInfo,
  lowering: Lowering,
): Value {
  const spec = { shape: [batchSize, inChannels, rows, columns], dtype: 'float32' } as const
  const moved: Value[] = []
  for (let a = 0; r + a * strideHeight < filterHeight; a++) {
    for (let b = 0; c + b * strideWidth < filterWidth; b++) {
      const share = shares[(r + a * strideHeight) * filterWidth + c + b * strideWidth]
      if (share !== undefined) moved.push(cropOrPad(share, { top: a, left: b }, [rows, columns], 0, lowering))
    }
  }
  const sum = moved.length === 0 ? uniform(spec, 0) : moved.reduce((x, y) => lowering.elementwise('Add', [x, y], spec))
  return lowering.reshape(sum, [batchSize, inChannels, rows, 1, columns, 1])
}

/** Maps moved down by `top` and right by `left` (negative: up and left) into another size. */
function cropOrPad(
  maps: Value,
  { top, left }: { readonly top: number; readonly left: number },
  size: readonly [number, number],
  filling: number,
  lowering: Lowering,
): Value {
  const [batch = 1, channels = 1, ...extents] = maps.shape
  const shifts = [top, left]
  const ranges = extents.map((extent, axis) => {
    const shift = shifts[axis] ?? 0
    return { start: Math.max(0, -shift), stop: Math.min(extent, (size[axis] ?? 0) - shift), step: 1 }
  })
  const whole = [batch, channels].map((extent) => ({ start: 0, stop: extent, step: 1 }))
  const kept = [batch, channels, ...ranges.map(({ start, stop }) => stop - start)]
  const cropped = sliceValue(maps, [...whole, ...ranges], kept, lowering)
  const around = ranges.map(({ start, stop }, axis): readonly [number, number] => {
    const before = Math.max(0, shifts[axis] ?? 0)
    return [before, (size[axis] ?? 0) - before - (stop - start)]
  })
  if (around.every(([before, after]) => before === 0 && after === 0)) return cropped
  const none: readonly [number, number] = [0, 0]
  return padValue(cropped, [none, none, ...around], filling, lowering)
}

export const maxPoolingOperations: OperationTable = {
  MaxPool: pooling('MaxPool'),
  MaxPoolGrad: maxPoolGrad,
}
