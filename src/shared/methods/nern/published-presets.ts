/**
 * The recipes behind the weights the authors published (method 3, 4 and 8.1): one phase with Ranger, every kernel
 * predicted in each step, gradients for magnitude-weighted samples.
 */
import { noColourJitter } from '../../experiment/config-fields.ts'
import { resnet18OfImageNet, resnet20Like, resnet56Like, type PresetSubject } from '../../experiment/preset.ts'
import type { CompressConfig } from './config.ts'
import { fastConfig, type CompressPreset } from './fast-preset.ts'
import { formatCount } from '../../basics/format.ts'

interface PublishedRow {
  /** Part of the preset's identifier. */
  readonly network: string
  /** For people. */
  readonly title: string
  readonly mode: 'in-filter' | 'cross-filter'
  readonly hiddenSize: number
  readonly steps: number
  /** Images a step. */
  readonly dataBatch: number
  readonly augmentation: CompressConfig['distillation']['augmentation']
  readonly madeFor: PresetSubject
  /** Kernels with a gradient in a step. */
  readonly sampledKernels: number
  /** Steps between evaluations. */
  readonly evaluateEverySteps: number
  /** Of feature-map and of knowledge distillation alike. */
  readonly weight: number
  /** Steps of reconstruction alone at the start. */
  readonly warmupSteps: number
  /**
   * Test accuracy in percent the authors report, of the original and of the reconstructed network; selected on the test
   * set. Left out where they published no weights.
   */
  readonly reported?: readonly [number, number]
  /** What the recipe has that the studio has not. */
  readonly difference?: string
}

/** 196 batches are an epoch of the 50,000 images the authors train on. */
const cifar = { dataBatch: 256, augmentation: 'flip-crop', sampledKernels: 4096, evaluateEverySteps: 196 } as const
const resnet20 = {
  ...cifar,
  network: 'resnet20',
  madeFor: { ...resnet20Like, classes: 10 },
  title: 'ResNet-20, CIFAR-10',
  steps: 68_600,
  weight: 1e-4,
  warmupSteps: 0,
}
const resnet56 = {
  ...cifar,
  network: 'resnet56',
  madeFor: { ...resnet56Like, classes: 10 },
  title: 'ResNet-56, CIFAR-10',
  steps: 68_600,
  weight: 1e-5,
  warmupSteps: 10_000,
}
const resnet56Hundred = {
  ...resnet56,
  network: 'resnet56-cifar100',
  madeFor: { ...resnet56Like, classes: 100 },
  title: 'ResNet-56, CIFAR-100',
  steps: 88_200,
}
const resnet18 = {
  network: 'resnet18-imagenet',
  madeFor: resnet18OfImageNet,
  title: 'ResNet-18, ImageNet',
  mode: 'cross-filter',
  steps: 160_000,
  dataBatch: 32,
  augmentation: 'resized-crop',
  sampledKernels: 65_536,
  evaluateEverySteps: 4000,
  weight: 1e-6,
  warmupSteps: 20_000,
  difference: 'theirs adds RandAugment, mixup and cutmix to the resized crops',
} as const

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
  { ...resnet18, hiddenSize: 1024 },
  { ...resnet18, hiddenSize: 1140 },
  { ...resnet18, hiddenSize: 1256, reported: [69.76, 68.77] },
  { ...resnet18, hiddenSize: 1372 },
]

export const publishedPresets: readonly CompressPreset[] = rows.map((row) => {
  const { network, title, mode, hiddenSize, madeFor } = row
  return {
    id: `published-${network}-${mode}-${hiddenSize}`,
    title: `Published: ${title}, ${mode}, ${hiddenSize}`,
    description: describe(row),
    group: 'As the authors published',
    madeFor,
    config: publishedConfig(row),
  }
})

function describe({ steps, reported, difference }: PublishedRow): string {
  const recipe = `The authors' recipe, ${formatCount(steps)} steps${difference === undefined ? '' : `; ${difference}`}.`
  if (reported === undefined) return `${recipe} They published no weights of this size.`
  const [original, reconstructed] = reported.map((percent) => percent.toFixed(2))
  return `${recipe} They report ${reconstructed} % of ${original} %, selected on the test set; here the validation split selects.`
}

function publishedConfig(row: PublishedRow): CompressConfig {
  const { mode, hiddenSize, steps, weight, warmupSteps } = row
  return {
    ...fastConfig,
    embedding: { type: 'positional', base: 0.76, levels: 40 },
    predictor: { ...fastConfig.predictor, hiddenSize },
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
      sampling: { method: 'magnitude-weighted', kernels: row.sampledKernels },
      refreshEverySteps: 0,
      images: 'dataset',
      dataBatch: row.dataBatch,
      augmentation: row.augmentation,
      colourJitter: noColourJitter,
      mixup: 0,
      reconstructionWeight: 1,
      featureMapWeight: weight,
      distillationWeight: weight,
      featureMaps: 'faithful',
      distillationForm: 'stabilised',
      temperature: 1,
      warmupSteps,
      rampSteps: 0,
    },
    evaluation: { everySteps: row.evaluateEverySteps, images: 0, keep: 'best-validation' },
    storage: {
      ...fastConfig.storage,
      predictor: 'float32',
      rounding: 'nearest',
      firstLayer: 'weights',
      remainder: 'float32',
    },
    checkpointEverySteps: 200,
  }
}
