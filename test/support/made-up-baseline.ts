import type { BaselinePackage } from '#formats/baseline-package/kind.ts'
import { baselinePresets } from '#shared/baseline-presets.ts'
import type { CompressedTensor } from '#shared/compressed-tensor.ts'
import { sizeOf } from '#shared/host-tensor.ts'
import { preprocessingPresets } from '#shared/preprocessing.ts'
import { Random } from '#shared/random.ts'
import type { IntegerBits } from '#shared/stored-tensor.ts'
import { madeUpTensor } from './made-up-package.ts'

export interface MadeUpBaselineOptions {
  /** How the layers are stored, one each. */
  readonly kinds: readonly CompressedTensor['kind'][]
  readonly bits?: IntegerBits
  readonly kept?: 'float32' | 'float16'
  readonly seed?: number
}

const shape = [6, 5, 3, 3]

/** A baseline's package of random content that is right in every relation its reader checks. */
export function madeUpBaseline({
  kinds,
  bits = 4,
  kept = 'float16',
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
    layers: Object.fromEntries(kinds.map((kind, at) => [`conv${at}.weight`, madeUpKernels(kind, bits, random)])),
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

function madeUpKernels(kind: CompressedTensor['kind'], bits: IntegerBits, random: Random): CompressedTensor {
  const tensor = madeUpTensor(shape, kind === 'integer' ? bits : 'float16', random)
  if (tensor.kind === 'float32') throw new Error(`${sizeOf(shape)} kernels were to be compressed.`)
  return tensor
}
