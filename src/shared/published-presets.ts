/**
 * The recipes behind the checkpoints the authors published (method 3, 4 and 8.1): one phase with Ranger, every kernel
 * predicted in each step, gradients for magnitude-weighted samples.
 */
import type { CompressConfig } from './experiment-config.ts'
import { fastConfig, type CompressPreset } from './fast-preset.ts'

/** Batches of 256 in an epoch of the 50,000 images the authors train on. */
const stepsPerEpoch = 196

interface PublishedRow {
  /** Part of the preset's identifier. */
  readonly network: string
  /** For people. */
  readonly title: string
  readonly mode: 'in-filter' | 'cross-filter'
  readonly hiddenSize: number
  readonly steps: number
  /** Of feature-map and of knowledge distillation alike. */
  readonly weight: number
  /** Steps of reconstruction alone at the start. */
  readonly warmupSteps: number
  /** Test accuracy in percent the authors report, of the original and of the reconstructed network; selected on the test set. */
  readonly reported: readonly [number, number]
}

const resnet20 = { network: 'resnet20', title: 'ResNet-20, CIFAR-10', steps: 68_600, weight: 1e-4, warmupSteps: 0 }
const resnet56 = { network: 'resnet56', title: 'ResNet-56, CIFAR-10', steps: 68_600, weight: 1e-5, warmupSteps: 10_000 }
const resnet56Hundred = {
  ...resnet56,
  network: 'resnet56-cifar100',
  title: 'ResNet-56, CIFAR-100',
  steps: 88_200,
}

const rows: readonly PublishedRow[] = [
  { ...resnet20, mode: 'in-filter', hiddenSize: 160, reported: [91.69, 90.85] },
  { ...resnet20, mode: 'in-filter', hiddenSize: 180, reported: [91.69, 91.3] },
  { ...resnet20, mode: 'cross-filter', hiddenSize: 160, reported: [91.69, 91.16] },
  { ...resnet20, mode: 'cross-filter', hiddenSize: 180, reported: [91.69, 91.5] },
  { ...resnet56, mode: 'in-filter', hiddenSize: 280, reported: [93.52, 92.48] },
  { ...resnet56, mode: 'in-filter', hiddenSize: 320, reported: [93.52, 92.75] },
  { ...resnet56, mode: 'cross-filter', hiddenSize: 280, reported: [93.52, 92.54] },
  { ...resnet56, mode: 'cross-filter', hiddenSize: 320, reported: [93.52, 92.96] },
  { ...resnet56Hundred, mode: 'cross-filter', hiddenSize: 360, reported: [71.35, 70.51] },
  { ...resnet56Hundred, mode: 'cross-filter', hiddenSize: 400, reported: [71.35, 71.7] },
]

export const publishedPresets: readonly CompressPreset[] = rows.map((row) => {
  const { network, title, mode, hiddenSize, steps, reported } = row
  const [original, reconstructed] = reported.map((percent) => percent.toFixed(2))
  return {
    id: `published-${network}-${mode}-${hiddenSize}`,
    title: `Published: ${title}, ${mode}, ${hiddenSize}`,
    description: `The authors' recipe, ${steps.toLocaleString('en')} steps. They report ${reconstructed} % of ${original} %, selected on the test set; here the validation split selects.`,
    config: publishedConfig(row),
  }
})

function publishedConfig({ mode, hiddenSize, steps, weight, warmupSteps }: PublishedRow): CompressConfig {
  return {
    ...fastConfig,
    predictor: { hiddenSize, blocks: 5, activation: 'relu' },
    permutation: { ...fastConfig.permutation, mode },
    reconstruction: { ...fastConfig.reconstruction, steps: 0 },
    distillation: {
      steps,
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
      images: 'dataset',
      dataBatch: 256,
      augmentation: 'flip-crop',
      reconstructionWeight: 1,
      featureMapWeight: weight,
      distillationWeight: weight,
      featureMaps: 'faithful',
      distillationForm: 'stabilised',
      temperature: 1,
      warmupSteps,
      rampSteps: 0,
    },
    evaluation: { everySteps: stepsPerEpoch, images: 0, keep: 'best-validation' },
    storage: { predictor: 'float32', rounding: 'nearest', remainder: 'float32' },
    checkpointEverySteps: 200,
  }
}
