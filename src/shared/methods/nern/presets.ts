/** Ready-made compressions by a predictor. `id` is what `studio run --preset` takes. */
import { fastConfig, type CompressPreset } from './fast-preset.ts'
import { largeNetwork, resnet56Like } from '../../experiment/preset.ts'
import { publishedPresets } from './published-presets.ts'

export const compressPresets: readonly CompressPreset[] = [
  {
    id: 'fast',
    title: 'Fast',
    group: 'Recommended',
    description: 'Reconstruction with Muon, then a short distillation: minutes on two CPU cores.',
    config: fastConfig,
  },
  {
    id: 'fast-resnet56',
    title: 'Fast, ResNet-56',
    group: 'Recommended',
    madeFor: resnet56Like,
    description:
      'The same for a network of 850,000 weights: a wider predictor and fewer, more expensive steps. Some twenty minutes on two CPU cores.',
    config: {
      ...fastConfig,
      predictor: { ...fastConfig.predictor, hiddenSize: 280 },
      reconstruction: { ...fastConfig.reconstruction, steps: 12_000 },
    },
  },
  {
    id: 'partitioned',
    title: 'Partitioned, for large networks',
    group: 'Recommended',
    madeFor: largeNetwork,
    description:
      'Many small predictors, each for some 16,000 kernels: a step costs in proportion to the network, where one predictor costs its square. Reconstruction with Muon, then a short distillation.',
    config: {
      ...fastConfig,
      predictor: {
        ...fastConfig.predictor,
        hiddenSize: 132,
        partition: { ...fastConfig.predictor.partition, by: 'kernels', kernels: 16_384 },
      },
      permutation: { ...fastConfig.permutation, mode: 'none' },
      reconstruction: {
        ...fastConfig.reconstruction,
        steps: 4000,
        sampling: { method: 'uniform', kernels: 40_960 },
      },
      distillation: { ...fastConfig.distillation, steps: 100, dataBatch: 32 },
      checkpointEverySteps: 100,
    },
  },
  {
    id: 'fast-data-free',
    title: 'Fast, without data',
    group: 'Without training images',
    description:
      'The same without training images: a short distillation on noise. Accuracy is still measured on a data set. It loses a point where training images lose a third of one.',
    config: { ...fastConfig, distillation: { ...fastConfig.distillation, steps: 100, images: 'uniform-noise' } },
  },
  {
    id: 'small',
    title: 'Small',
    group: 'Smallest file',
    description:
      'A wider predictor without a permutation, rounded layer by layer to 6 bits a weight during distillation: the smallest file.',
    config: {
      ...fastConfig,
      predictor: { ...fastConfig.predictor, hiddenSize: 188 },
      permutation: { ...fastConfig.permutation, mode: 'none' },
      distillation: { ...fastConfig.distillation, steps: 100 },
      quantisation: { ...fastConfig.quantisation, steps: 800 },
      storage: { ...fastConfig.storage, predictor: 'int7', codedBits: 5.7, remainder: 'int8' },
    },
  },
  {
    id: 'smoke',
    title: 'Smoke test',
    group: 'To see that it works',
    description: 'A few seconds to see that everything works; the result is not useful.',
    config: {
      ...fastConfig,
      predictor: { ...fastConfig.predictor, hiddenSize: 32 },
      reconstruction: { ...fastConfig.reconstruction, steps: 60, sampling: { method: 'uniform', kernels: 512 } },
      distillation: {
        ...fastConfig.distillation,
        steps: 6,
        optimizer: { ...fastConfig.distillation.optimizer, warmupSteps: 2 },
        dataBatch: 16,
        rampSteps: 2,
      },
      evaluation: { everySteps: 3, images: 100, keep: 'last' },
      checkpointEverySteps: 20,
    },
  },
  ...publishedPresets,
]
