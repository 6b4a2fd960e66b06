/** Ready-made configurations. `id` is what `studio run --preset` takes. */
import { gentleOptimizer, type CompressConfig, type TrainConfig } from './experiment-config.ts'

export interface CompressPreset {
  readonly id: string
  readonly title: string
  /** One sentence: what it is for and what it costs. */
  readonly description: string
  readonly config: CompressConfig
}

/** The studio's own recipe: reconstruction with Muon, then a short, gently ramped distillation. */
export const fastConfig: CompressConfig = {
  version: 1,
  kind: 'compress',
  seed: 1,
  embedding: { type: 'positional', base: 0.76, levels: 40 },
  predictor: { hiddenSize: 160, blocks: 5, activation: 'relu' },
  permutation: { mode: 'cross-filter' },
  reconstruction: {
    steps: 10_000,
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
    steps: 400,
    optimizer: gentleOptimizer,
    sampling: { method: 'all', kernels: 4096 },
    dataBatch: 64,
    augmentation: 'flip-crop',
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
    optimizer: gentleOptimizer,
  },
  evaluation: { everySteps: 100, images: 1000, keep: 'last' },
  storage: { predictor: 'float16', rounding: 'compensated', remainder: 'float16' },
  checkpointEverySteps: 500,
}

/** The published CIFAR-10 ResNet-20 recipe (method 3, 4, 8.1): one phase of 68,600 steps with Ranger. */
const publishedConfig: CompressConfig = {
  ...fastConfig,
  reconstruction: { ...fastConfig.reconstruction, steps: 0 },
  distillation: {
    steps: 68_600,
    optimizer: {
      type: 'ranger',
      learningRate: 5e-3,
      minLearningRate: 1e-6,
      schedule: 'cosine',
      warmupSteps: 0,
      beta1: 0.5,
      beta2: 0.999,
      epsilon: 1e-5,
      weightDecay: 1e-3,
    },
    sampling: { method: 'magnitude-weighted', kernels: 4096 },
    dataBatch: 256,
    augmentation: 'flip-crop',
    reconstructionWeight: 1,
    featureMapWeight: 1e-4,
    distillationWeight: 1e-4,
    featureMaps: 'faithful',
    distillationForm: 'stabilised',
    temperature: 1,
    warmupSteps: 0,
    rampSteps: 0,
  },
  evaluation: { everySteps: 196, images: 0, keep: 'best-validation' },
  storage: { predictor: 'float32', rounding: 'compensated', remainder: 'float32' },
  checkpointEverySteps: 200,
}

export const compressPresets: readonly CompressPreset[] = [
  {
    id: 'fast',
    title: 'Fast',
    description: 'Reconstruction with Muon, then a short distillation: minutes on two CPU cores.',
    config: fastConfig,
  },
  {
    id: 'smoke',
    title: 'Smoke test',
    description: 'A few seconds to see that everything works; the result is not useful.',
    config: {
      ...fastConfig,
      predictor: { hiddenSize: 32, blocks: 5, activation: 'relu' },
      reconstruction: { ...fastConfig.reconstruction, steps: 60, sampling: { method: 'uniform', kernels: 512 } },
      distillation: { ...fastConfig.distillation, steps: 6, dataBatch: 16, rampSteps: 2 },
      evaluation: { everySteps: 3, images: 100, keep: 'last' },
      checkpointEverySteps: 20,
    },
  },
  {
    id: 'published-resnet20',
    title: 'Published, ResNet-20 on CIFAR-10',
    description: 'The recipe of the paper, hidden size 160: 68,600 steps, about a day on two CPU cores.',
    config: publishedConfig,
  },
]

export const trainDefaults: TrainConfig = {
  version: 1,
  kind: 'train',
  seed: 1,
  architecture: 'resnet20-cifar-b',
  epochs: 40,
  batchSize: 128,
  learningRate: 0.1,
  minLearningRate: 0,
  warmupEpochs: 1,
  momentum: 0.9,
  nesterov: true,
  weightDecay: 5e-4,
  labelSmoothing: 0,
  augmentation: 'flip-crop',
  evaluateEveryEpochs: 1,
  keep: 'last',
}
