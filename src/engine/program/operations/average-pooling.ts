/** Average pooling and its gradient. */
import type { Lowering } from '../onnx/lowering.ts'
import { int, ints } from '../onnx/model.ts'
import { broadcast, uniform, type Value } from '../onnx/value.ts'
import { padValue } from './arrangement.ts'
import { channelsFirst, inFormat } from './convolution-geometry.ts'
import { operand, operation, type OperationTable } from './operation.ts'
import { unpooledShape, pooling, poolingOf, type PoolingInfo } from './pooling.ts'

/** Every pixel gets its share of the windows that see it; TensorFlow.js counts padding into a window's size here. */
const averagePoolGrad = operation(
  (call) => operand(call, 'input'),
  (call, lowering) => {
    const info = poolingOf(call, operand(call, 'input').shape)
    const dy = channelsFirst(operand(call, 'dy'), 'NHWC', lowering)
    const image = isTiling(info) ? spreadOverTiles(dy, info, lowering) : spreadOverWindows(dy, info, lowering)
    return inFormat(image, 'NHWC', lowering)
  },
)

/** Whether windows do not overlap and, with the gaps between them, cover the image exactly. */
function isTiling({
  padInfo,
  filterHeight,
  filterWidth,
  strideHeight,
  strideWidth,
  inHeight,
  inWidth,
}: PoolingInfo): boolean {
  const isPadded = padInfo.top + padInfo.left + padInfo.bottom + padInfo.right > 0
  const overlaps = filterHeight > strideHeight || filterWidth > strideWidth
  return !isPadded && !overlaps && inHeight % strideHeight === 0 && inWidth % strideWidth === 0
}

function spreadOverTiles(dy: Value, info: PoolingInfo, lowering: Lowering): Value {
  const { batchSize, inChannels, outHeight, outWidth, filterHeight, filterWidth, strideHeight, strideWidth } = info
  const grid = [batchSize, inChannels, outHeight, 1, outWidth, 1]
  const gradient = lowering.reshape(dy, grid)
  const area = uniform({ shape: [], dtype: 'float32' }, filterHeight * filterWidth)
  const share = filterHeight * filterWidth === 1 ? gradient : lowering.elementwise('Div', [gradient, area], gradient)
  const rest: (readonly [number, number])[] = [
    [0, 0],
    [0, 0],
    [0, 0],
    [0, strideHeight - filterHeight],
    [0, 0],
    [0, strideWidth - filterWidth],
  ]
  const isCovered = filterHeight === strideHeight && filterWidth === strideWidth
  const spread = broadcast(share, grid.with(3, filterHeight).with(5, filterWidth))
  return lowering.reshape(isCovered ? spread : padValue(spread, rest, 0, lowering), unpooledShape(info))
}

/** A transposed convolution with equal weights, channel by channel. */
function spreadOverWindows(dy: Value, info: PoolingInfo, lowering: Lowering): Value {
  const { inChannels, outHeight, outWidth, filterHeight, filterWidth, strideHeight, strideWidth, padInfo } = info
  const weights = new Float32Array(inChannels * filterHeight * filterWidth).fill(1 / (filterHeight * filterWidth))
  const shape = [inChannels, 1, filterHeight, filterWidth]
  const { top, left, bottom, right } = padInfo
  const reachedHeight = (outHeight - 1) * strideHeight + filterHeight - top - bottom
  const reachedWidth = (outWidth - 1) * strideWidth + filterWidth - left - right
  const operands = [lowering.plain(dy), lowering.builder.initializer('float32', shape, weights)]
  const name = lowering.emit('ConvTranspose', operands, {
    kernel_shape: ints([filterHeight, filterWidth]),
    strides: ints([strideHeight, strideWidth]),
    pads: ints([top, left, bottom, right]),
    output_padding: ints([info.inHeight - reachedHeight, info.inWidth - reachedWidth]),
    group: int(inChannels),
  })
  return lowering.plainValue({ shape: unpooledShape(info), dtype: 'float32' }, name)
}

export const averagePoolingOperations: OperationTable = {
  AvgPool: pooling('AveragePool'),
  AvgPoolGrad: averagePoolGrad,
}
