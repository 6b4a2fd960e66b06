import { configVersion, noColourJitter } from '../../experiment/config-fields.ts'
import type { SpectralConfig } from './config.ts'

/** What presets change: no data and no training. */
export const spectralDefaults: SpectralConfig = {
  version: configVersion,
  kind: 'spectral',
  seed: 1,
  transform: 'cosine',
  size: { target: 'ratio', ratio: 15, bytes: 65_536, step: 0.03 },
  rounding: { rateWeight: 0 },
  correction: { images: 'batch-norms', count: 256 },
  layers: '',
  storage: { linear: 'fine', remainder: 'float16' },
  distillation: {
    steps: 0,
    codeRate: 3e-3,
    scaleRate: 1.5e-3,
    biasRate: 7e-4,
    rateWarmupSteps: 20,
    dataBatch: 32,
    augmentation: 'flip-crop',
    colourJitter: noColourJitter,
    mixup: 0,
    featureMapWeight: 0.3,
    distillationWeight: 1,
    temperature: 2,
    frozenShare: 0.1,
  },
  checkpointEverySteps: 100,
}
