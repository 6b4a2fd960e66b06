/** The orders of all represented layers as one coded stream. */
import { log2Factorial } from '#shared/basics/log2-factorial.ts'
import type { LayerPermutation } from '#shared/network/layer-permutation.ts'
import type { PermutationMode } from '#shared/network/layer-permutation.ts'
import type { PackagedLayer } from '#shared/package/package-description.ts'
import type { AppException } from '#shared/basics/result.ts'
import { predictedShapeOf } from '#shared/tensors/represented-shape.ts'
import { decodePermutation, encodePermutation } from './permutation-code.ts'
import { RangeDecoder, RangeEncoder } from '../coding/range-coder.ts'

/** Layer by layer; in-filter: the filters first, then the channels of filter 0, 1, 2 ... */
export function encodeOrders(orders: readonly LayerPermutation[]): Uint8Array<ArrayBuffer> {
  const encoder = new RangeEncoder()
  for (const order of orders) {
    if (order.mode === 'cross-filter') {
      encodePermutation(encoder, order.order)
      continue
    }
    const { filterOrder, channelOrders } = order
    const channels = channelOrders.length / filterOrder.length
    encodePermutation(encoder, filterOrder)
    for (let start = 0; start < channelOrders.length; start += channels) {
      encodePermutation(encoder, channelOrders.subarray(start, start + channels))
    }
  }
  return encoder.finish()
}

/** Throws what `corrupt` makes when no encoder writes such a stream for these layers. */
export function decodeOrders(
  bytes: Uint8Array,
  mode: PermutationMode,
  layers: readonly PackagedLayer[],
  corrupt: (problem: string) => AppException,
): readonly LayerPermutation[] {
  // Before memory is taken: a stream holds no more than its bytes can say.
  const bits = permutationBits(mode, layers)
  if (bits > 8 * bytes.byteLength + 1) {
    throw corrupt(`expected at least ${Math.ceil(bits / 8)} bytes of orders, found ${bytes.byteLength}`)
  }
  const decoder = new RangeDecoder(bytes, corrupt)
  const orders = layers.map((layer): LayerPermutation => {
    const [filters, channels] = predictedShapeOf(layer)
    if (mode === 'cross-filter') return { mode, order: decodePermutation(decoder, filters * channels) }
    const filterOrder = decodePermutation(decoder, filters)
    const channelOrders = new Int32Array(filters * channels)
    for (let filter = 0; filter < filters; filter++) {
      channelOrders.set(decodePermutation(decoder, channels), filter * channels)
    }
    return { mode, filterOrder, channelOrders }
  })
  decoder.assertEnd()
  return orders
}

/** Information content of the orders of `layers`. */
function permutationBits(mode: PermutationMode, layers: readonly PackagedLayer[]): number {
  return layers.reduce((bits, layer) => {
    const [filters, channels] = predictedShapeOf(layer)
    if (mode === 'cross-filter') return bits + log2Factorial(filters * channels)
    return bits + log2Factorial(filters) + filters * log2Factorial(channels)
  }, 0)
}
