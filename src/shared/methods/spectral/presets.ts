/** Ready-made compressions by coded kernels. `id` is what `studio run --preset` takes. */
import type { Preset } from '../../experiment/preset.ts'
import type { SpectralConfig } from './config.ts'
import { spectralDefaults } from './defaults.ts'

const distilled: SpectralConfig = {
  ...spectralDefaults,
  size: { ...spectralDefaults.size, ratio: 20 },
  distillation: { ...spectralDefaults.distillation, steps: 1200 },
}

export const spectralPresets: readonly Preset<SpectralConfig>[] = [
  {
    id: 'spectral',
    title: 'Spectral, without data',
    group: 'Without training images',
    description:
      'Kernels coded as pictures are, to a fifteenth of the original: seconds, and no training. Images only measure the accuracy.',
    config: spectralDefaults,
  },
  {
    id: 'spectral-distilled',
    title: 'Spectral, distilled',
    group: 'Distilled',
    description:
      'To a twentieth of the original; the codes learn to answer as the original does, in 1,200 steps of 32 images: four minutes on two CPU cores.',
    config: distilled,
  },
  {
    id: 'entropy-qat',
    title: 'Entropy QAT, distilled',
    group: 'Distilled, for comparison',
    description:
      'The same training and size with the weights themselves as codes, without a transform: what spectral codes have to beat.',
    config: { ...distilled, transform: 'none' },
  },
]
