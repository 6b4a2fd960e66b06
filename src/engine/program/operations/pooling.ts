/** What both poolings over windows have in common: their geometry, and how they are written. */
import { tf } from '#engine/program/tfjs.ts'
import type { ValueSpec } from '../graph.ts'
import { ints } from '../onnx/model.ts'
import { channelsFirst, inFormat } from './convolution-geometry.ts'
import { operand, operation, type Call, type Operation } from './operation.ts'

type PoolingParameters = Parameters<typeof tf.backend_util.computePool2DInfo>
export type PoolingInfo = ReturnType<typeof tf.backend_util.computePool2DInfo>

export function poolingOf(call: Call<ValueSpec>, image: readonly number[]): PoolingInfo {
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

/** Maximum or average over windows.
 * @param op of ONNX
 */
export function pooling(op: string): Operation {
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
      return inFormat(lowering.plainValue({ shape, dtype: 'float32' }, name), 'NHWC', lowering)
    },
  )
}

/** Of what is pooled: [batch, channels, height, width]. */
export function unpooledShape({ batchSize, inChannels, inHeight, inWidth }: PoolingInfo): readonly number[] {
  return [batchSize, inChannels, inHeight, inWidth]
}
