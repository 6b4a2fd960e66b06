/** Pooling over windows and its gradients, for windows that do not overlap (and average pooling over everything). */
import { tf } from '#engine/program/tfjs.ts'
import type { ValueSpec } from '../graph.ts'
import type { Lowering } from '../onnx/lowering.ts'
import { ints } from '../onnx/model.ts'
import { broadcast, uniform, type Value } from '../onnx/value.ts'
import { concatValues, padValue, sliceValue } from './arrangement.ts'
import { channelsFirst, inFormat } from './convolution.ts'
import { operand, operation, unsupported, type Call, type Operation, type OperationTable } from './operation.ts'

type PoolingParameters = Parameters<typeof tf.backend_util.computePool2DInfo>
type PoolingInfo = ReturnType<typeof tf.backend_util.computePool2DInfo>

function poolingOf(call: Call<ValueSpec>, image: readonly number[]): PoolingInfo {
  const { attributes } = call
  // The attributes come from tf.maxPool or tf.avgPool, which have checked them; the types name what they can be.
  return tf.backend_util.computePool2DInfo(
    [...image] as PoolingParameters[0],
    attributes.raw('filterSize') as PoolingParameters[1],
    attributes.raw('strides') as PoolingParameters[2],
    1,
    attributes.raw('pad') as PoolingParameters[4],
    attributes.raw('dimRoundingMode') as PoolingParameters[5],
  )
}

function pool(op: string): Operation {
  return operation(
    (call) => ({ shape: poolingOf(call, operand(call, 'x').shape).outShape, dtype: 'float32' }),
    (call, lowering) => {
      const x = operand(call, 'x')
      const info = poolingOf(call, x.shape)
      const image = lowering.plain(channelsFirst(x, 'NHWC', lowering))
      const { top, left, bottom, right } = info.padInfo
      const name = lowering.emit(op, [image], {
        kernel_shape: ints([info.filterHeight, info.filterWidth]),
        strides: ints([info.strideHeight, info.strideWidth]),
        pads: ints([top, left, bottom, right]),
      })
      const shape = [info.batchSize, info.inChannels, info.outHeight, info.outWidth]
      return inFormat(lowering.plainValue({ shape, dtype: 'float32' }, name), 'NHWC')
    },
  )
}

/** The image [batch, channels, height, width] as [batch, channels, rows, stride, columns, stride]. */
interface Tiling {
  readonly info: PoolingInfo
  readonly tiled: readonly number[]
  /** The grid of windows over the same axes: the two stride axes have length 1. */
  readonly grid: readonly number[]
}

/** Throws `op-unsupported` for windows that overlap, pad, or leave a rest of the image. */
function tilingOf(call: Call<ValueSpec>, image: readonly number[]): Tiling {
  const info = poolingOf(call, image)
  const { padInfo, filterHeight, filterWidth, strideHeight, strideWidth, inHeight, inWidth } = info
  const isPadded = padInfo.top + padInfo.left + padInfo.bottom + padInfo.right > 0
  const overlaps = filterHeight > strideHeight || filterWidth > strideWidth
  if (isPadded || overlaps || inHeight % strideHeight !== 0 || inWidth % strideWidth !== 0) {
    throw unsupported(call, `windows of ${filterHeight}x${filterWidth} at stride ${strideHeight}x${strideWidth}`)
  }
  const { batchSize, inChannels, outHeight, outWidth } = info
  return {
    info,
    tiled: [batchSize, inChannels, outHeight, strideHeight, outWidth, strideWidth],
    grid: [batchSize, inChannels, outHeight, 1, outWidth, 1],
  }
}

const averagePoolGrad = operation(
  (call) => operand(call, 'input'),
  (call, lowering) => {
    const { info, tiled, grid } = tilingOf(call, operand(call, 'input').shape)
    const { filterHeight, filterWidth, strideHeight, strideWidth } = info
    const dy = lowering.reshape(channelsFirst(operand(call, 'dy'), 'NHWC', lowering), grid)
    const area = uniform({ shape: [], dtype: 'float32' }, filterHeight * filterWidth)
    const share = filterHeight * filterWidth === 1 ? dy : lowering.elementwise('Div', [dy, area], dy)
    const window = tiled.with(3, filterHeight).with(5, filterWidth)
    const rest: (readonly [number, number])[] = [
      [0, 0],
      [0, 0],
      [0, 0],
      [0, strideHeight - filterHeight],
      [0, 0],
      [0, strideWidth - filterWidth],
    ]
    const isCovered = filterHeight === strideHeight && filterWidth === strideWidth
    const spread = broadcast(share, window)
    const image = isCovered ? spread : padValue(spread, rest, 0, lowering)
    return toImage(image, info, lowering)
  },
)

/** The gradient of a window goes to its first maximum, so that it is counted once. */
const maxPoolGrad = operation(
  (call) => operand(call, 'input'),
  (call, lowering) => {
    const { info, tiled, grid } = tilingOf(call, operand(call, 'input').shape)
    const { filterHeight, filterWidth, strideHeight, strideWidth } = info
    if (filterHeight !== strideHeight || filterWidth !== strideWidth) throw unsupported(call, 'gaps between windows')
    const x = lowering.reshape(channelsFirst(operand(call, 'input'), 'NHWC', lowering), tiled)
    const y = lowering.reshape(channelsFirst(operand(call, 'output'), 'NHWC', lowering), grid)
    const dy = lowering.reshape(channelsFirst(operand(call, 'dy'), 'NHWC', lowering), grid)
    const boolean = { shape: grid, dtype: 'bool' as const }
    const zero = uniform({ shape: [], dtype: 'float32' }, 0)
    let taken: Value | undefined
    const cells: Value[] = []
    for (let cell = 0; cell < strideHeight * strideWidth; cell++) {
      const pixel = cellOf(x, Math.floor(cell / strideWidth), cell % strideWidth, grid, lowering)
      const isMaximum = lowering.elementwise('Equal', [pixel, y], boolean)
      const free = taken === undefined ? undefined : lowering.elementwise('Not', [taken], boolean)
      const isFirst = free === undefined ? isMaximum : lowering.elementwise('And', [isMaximum, free], boolean)
      taken = taken === undefined ? isMaximum : lowering.elementwise('Or', [taken, isMaximum], boolean)
      cells.push(lowering.elementwise('Where', [isFirst, dy, zero], dy))
    }
    const rows = Array.from({ length: strideHeight }, (_, row) => {
      const ofRow = cells.slice(row * strideWidth, (row + 1) * strideWidth)
      return concatValues(ofRow, 5, grid.with(5, strideWidth), lowering)
    })
    return toImage(concatValues(rows, 3, tiled, lowering), info, lowering)
  },
)

function cellOf(tiled: Value, row: number, column: number, grid: readonly number[], lowering: Lowering): Value {
  const starts = [0, 0, 0, row, 0, column]
  const ranges = grid.map((extent, axis) => ({ start: starts[axis] ?? 0, stop: (starts[axis] ?? 0) + extent, step: 1 }))
  return sliceValue(tiled, ranges, grid, lowering)
}

function toImage(tiled: Value, info: PoolingInfo, lowering: Lowering): Value {
  const shape = [info.batchSize, info.inChannels, info.inHeight, info.inWidth]
  return inFormat(lowering.reshape(tiled, shape), 'NHWC')
}

export const poolingOperations: OperationTable = {
  MaxPool: pool('MaxPool'),
  MaxPoolGrad: maxPoolGrad,
  AvgPool: pool('AveragePool'),
  AvgPoolGrad: averagePoolGrad,
}
