import { formatFirst } from '../../basics/format.ts'
import { describeKeptTensors } from '../../plain-text/kept-tensors.ts'
import type { SpectralConfig } from './config.ts'
import { exactPatterns } from './layer-precisions.ts'

const shownPatterns = 8

const linearLayers: Readonly<Record<SpectralConfig['storage']['linear'], readonly string[]>> = {
  fine: ['Weights of linear layers are rounded to 6-bit codes.'],
  coded: [],
  float16: ['Weights of linear layers are rounded to 16-bit floats.'],
}

/** What a package of coded kernels keeps of the original to the bit and what not, a sentence each. */
export function describeKeptOfCodes({ layers, transform, storage, distillation }: SpectralConfig): readonly string[] {
  const exact = exactPatterns(layers)
  const coded = transform === 'none' ? 'multiples of a step' : 'sums of frequencies, each a multiple of a step'
  return [
    ...(exact.length > 0
      ? [`Layers marked exact are kept to the bit, with their batch norms: ${formatFirst(exact, shownPatterns)}.`]
      : []),
    `${exact.length > 0 ? 'Other kernels' : 'Kernels'} are ${coded}: near those of the original, not to the bit.`,
    ...linearLayers[storage.linear],
    'Batch norms are folded into the convolutions before them. Exports put them back under their original names, with mean 0, variance 1 − epsilon, weight 1 and the shift as bias.',
    ...(distillation.steps > 0 ? ['The distillation changes biases and linear layers as well.'] : []),
    describeKeptTensors('Tensors that are neither coded nor folded', storage.remainder),
  ]
}
