import type { BaselinePackage } from '#formats/baseline-package/kind.ts'
import { baselinePresets } from '#shared/methods/direct/presets.ts'
import type { CompressedTensor } from '#shared/tensors/compressed-tensor.ts'
import { toFloat16Bits } from '#shared/basics/float16.ts'
import { sizeOf } from '#shared/tensors/host-tensor.ts'
import { preprocessingPresets } from '#shared/network/preprocessing.ts'
import { Random } from '#shared/basics/random.ts'
import type { KernelShape } from '#shared/tensors/represented-shape.ts'
import { largestCode, type IntegerBits } from '#shared/tensors/stored-tensor.ts'
import { madeUpTensor } from './made-up-package.ts'

export interface MadeUpBaselineOptions {
  /** How the layers are stored, one each. */
  readonly kinds: readonly CompressedTensor['kind'][]
  readonly bits?: IntegerBits
  readonly kept?: 'float32' | 'float16'
  /** Of every layer. */
  readonly shape?: readonly [number, number, number, number]
  /** Whether weights of some channels are smaller, as those of trained networks are. */
  readonly isUneven?: boolean
  readonly seed?: number
}

/** A baseline's package of random content that is right in every relation its reader checks. */
export function madeUpBaseline({
  kinds,
  bits = 4,
  kept = 'float16',
  shape = [6, 5, 3, 3],
  isUneven = false,
  seed = 1,
}: MadeUpBaselineOptions): BaselinePackage {
  const random = Random.fromSeed(seed, 'made-up baseline')
  const config = baselinePresets[0]?.config
  if (config === undefined) throw new Error('There is no preset of a baseline.')
  return {
    network: {
      architecture: 'made-up',
      classes: 2,
      sha256: 'b'.repeat(64),
      preprocessing: preprocessingPresets['caffe-rgb'].preprocessing,
    },
    layers: Object.fromEntries(
      kinds.map((kind, at) => {
        const kernels = madeUpKernels(kind, bits, shape, random)
        return [`conv${at}.weight`, isUneven ? uneven(kernels, shape) : kernels]
      }),
    ),
    kept: Object.fromEntries(
      Object.entries({ 'bn.weight': [6], 'fc.weight': [2, 6] }).map(([name, extents]) => [
        name,
        madeUpTensor(extents, kept, random),
      ]),
    ),
    config,
    accuracies: [{ split: 'test', original: { correct: 9, total: 10 }, reconstructed: { correct: 8, total: 10 } }],
  }
}

function madeUpKernels(
  kind: CompressedTensor['kind'],
  bits: IntegerBits,
  shape: readonly [number, number, number, number],
  random: Random,
): CompressedTensor {
  const [filters, channels, height, width] = shape
  const weights = sizeOf(shape)
  switch (kind) {
    case 'codebook': {
      const codebook = halves(2 ** bits, random)
      // Small indices are more frequent, so that entropy coding has something to do.
      const indices = Uint8Array.from({ length: weights }, () => random.integer(1 + random.integer(2 ** bits)))
      return { kind, shape, bits, codebook, indices }
    }
    case 'low-rank': {
      const rank = Math.floor(filters / 3)
      const left = halves(channels * height * rank, random)
      const right = halves(rank * filters * width, random)
      return { kind, shape, unfolding: 'separable', rank, left, right }
    }
    case 'sparse': {
      const mask = Uint8Array.from({ length: weights }, () => (random.integer(8) === 0 ? 1 : 0))
      const stored = mask.reduce((sum, isStored) => sum + isStored, 0)
      if (bits === 2) return { kind, shape, mask, values: { kind: 'float16', halves: halves(stored, random) } }
      const codes = Int8Array.from(
        { length: stored },
        () => random.integer(2 * largestCode(bits) + 1) - largestCode(bits),
      )
      return { kind, shape, mask, values: { kind: 'integer', bits, codes, scales: halves(filters, random) } }
    }
    default: {
      const tensor = madeUpTensor(shape, kind === 'integer' ? bits : 'float16', random)
      if (tensor.kind === 'float32') throw new Error(`${weights} kernels were to be compressed.`)
      return tensor
    }
  }
}

function uneven(tensor: CompressedTensor, [, channels, height, width]: KernelShape): CompressedTensor {
  if (tensor.kind !== 'integer') return tensor
  const shareOf = (at: number): number => ((Math.floor(at / (height * width)) % channels) % 4) / 3
  return { ...tensor, codes: tensor.codes.map((code, at) => Math.trunc(code * shareOf(at))) }
}

function halves(count: number, random: Random): Uint16Array {
  return Uint16Array.from({ length: count }, () => toFloat16Bits(random.normal()))
}
