/** The studio's own recipe; docs/method.md says how it came about. */
import { configVersion, gentleOptimizer, noColourJitter } from '../../experiment/config-fields.ts'
import type { CompressConfig } from './config.ts'
import type { Preset } from '../../experiment/preset.ts'
import { wholeNetwork } from './partition.ts'

export type CompressPreset = Preset<CompressConfig>

/** The studio's own recipe: reconstruction with Muon, then a short, gently ramped distillation. */
export const fastConfig: CompressConfig = {
  version: configVersion,
  kind: 'compress',
  seed: 1,
  representation: { linearLayers: false, tiles: false },
  embedding: { type: 'positional', base: 1.25, levels: 40 },
  predictor: { hiddenSize: 160, blocks: 5, activation: 'relu', partition: wholeNetwork },
  permutation: { mode: 'cross-filter', refinement: 'none', refinementPasses: 5 },
  reconstruction: {
    steps: 15_000,
    optimizer: {
      type: 'muon',
      learningRate: 0.02,
      minLearningRate: 1e-6,
      schedule: 'cosine',
      warmupSteps: 0,
      beta1: 0.5,
      beta2: 0.999,
      epsilon: 1e-8,
      weightDecay: 0,
    },
    sampling: { method: 'uniform', kernels: 4096 },
  },
  distillation: {
    steps: 200,
    optimizer: gentleOptimizer,
    sampling: { method: 'all', kernels: 4096 },
    refreshEverySteps: 0,
    images: 'dataset',
    dataBatch: 64,
    augmentation: 'flip-crop',
    colourJitter: noColourJitter,
    mixup: 0,
    reconstructionWeight: 1,
    featureMapWeight: 1e-3,
    distillationWeight: 1e-2,
    featureMaps: 'documented',
    distillationForm: 'standard',
    temperature: 1,
    warmupSteps: 0,
    rampSteps: 20,
  },
  quantisation: {
    steps: 0,
    method: 'layer-by-layer',
    optimizer: gentleOptimizer,
  },
  evaluation: { everySteps: 100, images: 1000, keep: 'last' },
  storage: {
    predictor: 'float16',
    rounding: 'compensated',
    codedBits: 0,
    firstLayer: 'smaller',
    pruning: 0,
    pruneBefore: 'distillation',
    remainder: 'float16',
  },
  checkpointEverySteps: 500,
}
