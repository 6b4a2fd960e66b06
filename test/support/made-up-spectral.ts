import { toFloat16Bits } from '#shared/basics/float16.ts'
import { Random } from '#shared/basics/random.ts'
import { spectralDefaults } from '#shared/methods/spectral/defaults.ts'
import { preprocessingPresets } from '#shared/network/preprocessing.ts'
import type { SpectralPackage } from '#shared/package/spectral-package.ts'
import { sizeOf } from '#shared/tensors/host-tensor.ts'
import { kernelShapeOf, type RepresentedShape } from '#shared/tensors/represented-shape.ts'
import type { KernelTransform, SpectralLayer } from '#shared/tensors/spectral-layer.ts'
import { madeUpTensor } from './made-up-package.ts'

export interface MadeUpLayerOptions {
  readonly shape: RepresentedShape
  /** Mean magnitude of the codes of the lowest frequency; those of others are smaller. */
  readonly magnitude?: number
  /** What goes with the codes; `folded-bias` has a convolution's own bias too. */
  readonly kind?: 'plain' | 'bias' | 'folded' | 'folded-bias'
}

export interface MadeUpSpectralOptions {
  readonly layers: readonly MadeUpLayerOptions[]
  readonly transform?: KernelTransform
  readonly seed?: number
}

/** A spectral package of random content that is right in every relation its reader checks. */
export function madeUpSpectral({ layers, transform = 'cosine', seed = 1 }: MadeUpSpectralOptions): SpectralPackage {
  const random = Random.fromSeed(seed, 'made-up spectral package')
  return {
    network: {
      architecture: 'made-up',
      classes: 2,
      sha256: 'c'.repeat(64),
      preprocessing: preprocessingPresets['caffe-rgb'].preprocessing,
    },
    transform,
    step: 0.03,
    layers: layers.map((layer, at) => madeUpLayer(`layer${at}`, layer, random)),
    kept: { 'head.scale': madeUpTensor([3, 4], 'float16', random) },
    config: spectralDefaults,
    accuracies: [{ split: 'test', original: { correct: 9, total: 10 }, reconstructed: { correct: 8, total: 10 } }],
  }
}

function madeUpLayer(
  prefix: string,
  { shape, magnitude = 2, kind = 'folded' }: MadeUpLayerOptions,
  random: Random,
): SpectralLayer {
  const [filters, , height, width] = kernelShapeOf(shape)
  const size = height * width
  const layer = { name: `${prefix}.conv.weight`, shape, codes: laplacianCodes(shape, magnitude, random) }
  const integers = (count: number, spread: number): Int32Array =>
    Int32Array.from({ length: count }, () => Math.round(spread * random.normal()))
  if (kind === 'plain') return { ...layer, stepExponents: Int32Array.of(-20) }
  const scaled = { ...layer, stepExponents: integers(size, 12), gainExponents: integers(filters, 8) }
  const bias = { scale: toFloat16Bits(0.001), codes: integers(filters, 700) }
  if (kind === 'bias') return { ...scaled, bias: { name: `${prefix}.conv.bias`, ...bias } }
  const folded = {
    prefix: `${prefix}.bn`,
    epsilon: 1e-5,
    ...(kind === 'folded' ? {} : { bias: `${prefix}.conv.bias` }),
  }
  return { ...scaled, folded, bias: { name: `${prefix}.bn.bias`, ...bias } }
}

/** Codes of a Laplacian distribution, as those of trained kernels are, about: higher frequencies are smaller. */
export function laplacianCodes(shape: RepresentedShape, magnitude: number, random: Random): Int32Array {
  const [, , height, width] = kernelShapeOf(shape)
  const size = height * width
  return Int32Array.from({ length: sizeOf(shape) }, (_, at) => {
    const frequency = at % size
    const mean = magnitude / (1 + (frequency % width) + Math.floor(frequency / width))
    const value = -mean * Math.log(1 - random.uniform())
    return Math.round(random.integer(2) === 0 ? value : -value)
  })
}
