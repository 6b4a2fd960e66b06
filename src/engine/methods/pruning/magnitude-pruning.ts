/**
 * Magnitude pruning (Han et al. 2015): over all layers together the largest weights are kept, the others become zero.
 * What is kept is stored with its positions.
 */
import { codeOf, rowScales } from '#engine/quantisation/row-scales.ts'
import { toFloat16Bits } from '#shared/basics/float16.ts'
import type { CompressedTensors, SparseTensor } from '#shared/tensors/compressed-tensor.ts'
import { float32Tensor, sizeOf, type HostTensor, type HostTensors } from '#shared/tensors/host-tensor.ts'
import { largestCode } from '#shared/tensors/stored-tensor.ts'
import type { KernelMasks } from '../direct/kernel-method.ts'

export interface PruningOptions {
  /** Share of all weights that is kept; above 0, at most 1. */
  readonly kept: number
  readonly values: 'float16' | 'int8'
}

/** The largest weights of all layers together; of equal magnitudes at the threshold the first ones stay. */
export function keptWeights(kernels: HostTensors, kept: number): KernelMasks {
  const layers = Object.entries(kernels)
  const total = layers.reduce((sum, [, { data }]) => sum + data.length, 0)
  const magnitudes = new Float32Array(total)
  let at = 0
  for (const [, { data }] of layers) {
    for (const value of data) magnitudes[at++] = Math.abs(value)
  }
  magnitudes.sort()
  const count = Math.min(total, Math.max(1, Math.round(kept * total)))
  const threshold = magnitudes[total - count] ?? 0
  let ties = 0
  for (let i = total - count; i < total && magnitudes[i] === threshold; i++) ties++
  return Object.fromEntries(
    layers.map(([name, { data }]) => [
      name,
      Uint8Array.from(data, (value) => {
        const magnitude = Math.abs(value)
        if (magnitude !== threshold) return magnitude > threshold ? 1 : 0
        return ties-- > 0 ? 1 : 0
      }),
    ]),
  )
}

/** @param masks of `keptWeights` */
export function storedSparsely(
  kernels: HostTensors,
  masks: KernelMasks,
  values: PruningOptions['values'],
): CompressedTensors {
  return Object.fromEntries(
    Object.entries(kernels).map(([name, tensor]) => {
      const mask = masks[name]
      if (mask === undefined) throw new RangeError(`no mask for ${name}`)
      return [name, values === 'float16' ? sparseHalves(tensor, mask) : sparseIntegers(tensor, mask)]
    }),
  )
}

function sparseHalves({ shape, data }: HostTensor, mask: Uint8Array): SparseTensor {
  const halves = Uint16Array.from(
    Float32Array.from(data).filter((_, at) => mask[at] === 1),
    toFloat16Bits,
  )
  return { kind: 'sparse', shape, mask, values: { kind: 'float16', halves } }
}

/** 8-bit codes with a scale a filter, found over what is kept. */
function sparseIntegers({ shape, data }: HostTensor, mask: Uint8Array): SparseTensor {
  const bits = 8
  const columns = sizeOf(shape.slice(1))
  const masked = Float32Array.from(data, (value, at) => (mask[at] === 1 ? value : 0))
  const scales = rowScales(float32Tensor(shape, masked), bits)
  const codes: number[] = []
  masked.forEach((value, at) => {
    if (mask[at] === 1) codes.push(codeOf(value, scales[Math.floor(at / columns)] ?? 1, largestCode(bits)))
  })
  return {
    kind: 'sparse',
    shape,
    mask,
    values: { kind: 'integer', bits, codes: Int8Array.from(codes), scales: Uint16Array.from(scales, toFloat16Bits) },
  }
}
