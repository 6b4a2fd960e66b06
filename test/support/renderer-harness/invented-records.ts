/** Invented but plausible records: every number here is made up by a seeded generator and measured by nobody. */
import type { DatasetPlan } from '#shared/dataset/dataset-plan.ts'
import { sizeBreakdown } from '#shared/methods/nern/accounting.ts'
import { baselineSizes } from '#shared/methods/direct/accounting.ts'
import { baselinePresets } from '#shared/methods/direct/presets.ts'
import { spectralSizes } from '#shared/methods/spectral/accounting.ts'
import { spectralPresets } from '#shared/methods/spectral/presets.ts'
import type { SizeBreakdown } from '#shared/package/accounting.ts'
import type { CompressConfig } from '#shared/methods/nern/config.ts'
import type { ExperimentConfig } from '#shared/experiment/experiment-config.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import { compressPresets } from '#shared/methods/nern/presets.ts'
import { trainDefaults } from '#shared/training/defaults.ts'
import { Random } from '#shared/basics/random.ts'
import type {
  CompressResult,
  DatasetRecord,
  ExperimentRecord,
  NetworkDetail,
  NetworkRecord,
  RunRecord,
  RunResult,
  TrainResult,
} from '#shared/protocol/records.ts'
import type { ExperimentStatus } from '#shared/experiment/status-machine.ts'
import { buildNetwork } from '#networks/architectures.ts'
import { initialParameters } from '#networks/initial-parameters.ts'
import { networkShape } from '#networks/network-shape.ts'
import { networkStatistics } from '#networks/network-statistics.ts'
import type { HostTensors } from '#shared/tensors/host-tensor.ts'
import { datasetRecord, networkRecord } from '../records.ts'

const device = 'onnxruntime cpu, Intel(R) Xeon(R) Platinum 8481C CPU @ 2.70GHz, 2 threads'

export interface InventedNetwork {
  readonly record: NetworkRecord
  readonly detail: NetworkDetail
  readonly parameters: HostTensors
}

export function inventedNetwork(
  id: string,
  name: string,
  architecture: string,
  kind: NetworkRecord['origin']['kind'],
  createdAt: string,
): InventedNetwork {
  const built = buildNetwork(architecture, 10)
  if (!built.ok) throw new Error(built.error.message)
  const parameters = initialParameters(built.value, 7)
  const layers = networkStatistics(built.value, parameters)
  const shape = networkShape(built.value)
  const record = networkRecord({
    id,
    name,
    architecture,
    title: built.value.title,
    parameters: layers.reduce((sum, layer) => sum + layer.weights, 0),
    representedWeights: shape.representedLayers.reduce((sum, layer) => sum + layer.shape.reduce((a, b) => a * b, 1), 0),
    kernels: shape.representedLayers.reduce((sum, layer) => sum + layer.shape[0] * layer.shape[1], 0),
    sizeBytes: layers.reduce((sum, layer) => sum + layer.bytes, 0) + 9216,
    origin: { kind, source: `${architecture}.th`, format: 'pytorch-legacy', sha256: 'b7d1'.repeat(16) },
    createdAt,
  })
  const evaluation = {
    id: `evaluation-${id}`,
    networkId: id,
    datasetId: 'data-1',
    split: 'test',
    correct: 9173,
    total: 10_000,
    accuracy: 0.9173,
    device,
    hasConfidences: true,
    createdAt,
  } as const
  return { record, parameters, detail: { record, shape, layers, evaluations: kind === 'imported' ? [evaluation] : [] } }
}

export function inventedDataset(nowMs: number): DatasetRecord {
  return datasetRecord({
    evidence: 'Equal to the official CIFAR-10 files by hash, image by image; no duplicates between the splits.',
    skipped: { count: 0, files: [] },
    createdAt: before(nowMs, 5 * 24 * 60),
  })
}

/** A sample of ImageNet: large images, many classes, all in one split, some files left out. */
export function inventedPhotos(nowMs: number): DatasetRecord {
  const name = (i: number) =>
    ['tench', 'African grey parrot', 'soft-coated wheaten terrier', 'crane (134)'][i % 4] ?? ''
  return datasetRecord({
    id: 'data-2',
    name: 'imagenet-sample',
    kind: 'image-folder',
    classNames: Array.from({ length: 1000 }, (_, i) => `${name(i)} ${i}`),
    imageShape: [3, 256, 256],
    counts: { train: 0, validation: 0, test: 100 },
    sizeBytes: 19_700_000,
    evidence:
      'classes from labels.csv, all of them test images; 900 files that it names are not there; shorter side resized to 256 pixels, centre kept',
    skipped: {
      count: 3,
      files: [
        {
          file: 'original_100/n01530575_brambling_copy.JPEG',
          reason: 'duplicate',
          detail: 'same content as original_100/n01530575_brambling.JPEG',
        },
        {
          file: 'original_100/n02110958_pug.JPEG',
          reason: 'damaged',
          detail: 'n02110958_pug.JPEG: it cannot be decoded as an image (VipsJpeg: premature end of JPEG image)',
        },
        { file: 'notes.txt', reason: 'unsupported', detail: 'no JPEG, PNG or WebP image by its name' },
      ],
    },
    createdAt: before(nowMs, 90),
  })
}

export interface InventedExperiment {
  readonly id: string
  readonly name: string
  readonly status: ExperimentStatus
  readonly config: ExperimentConfig
  readonly minutesAgo: number
  readonly network: InventedNetwork
  readonly accuracyLoss?: number
  readonly more?: Partial<ExperimentRecord>
}

function inventedExperiment(invented: InventedExperiment, nowMs: number): ExperimentRecord {
  const { id, name, status, config, minutesAgo, network, accuracyLoss = 0.01, more = {} } = invented
  const run = runFor(invented, accuracyLoss, nowMs)
  return {
    id,
    number: Number(id.replace(/\D/g, '')) + 1,
    name,
    status,
    config,
    ...(config.kind === 'train' ? {} : { networkId: network.record.id }),
    datasetId: 'data-1',
    isStarred: false,
    isArchived: false,
    tags: [],
    notes: '',
    createdAt: before(nowMs, minutesAgo),
    updatedAt: before(nowMs, Math.max(0, minutesAgo - 9)),
    ...(run === undefined ? {} : { latestRun: run }),
    ...more,
  }
}

function runFor(
  { id, status, config, minutesAgo, network }: InventedExperiment,
  loss: number,
  nowMs: number,
): RunRecord | undefined {
  if (status === 'draft' || status === 'queued') return undefined
  const totalSteps = inventedSteps(config)
  const isDone = status === 'completed'
  const step = isDone ? totalSteps : Math.round(0.42 * totalSteps)
  return {
    id: `run-${id}`,
    experimentId: id,
    attempt: 1,
    status,
    device,
    phase: 'reconstruction',
    step,
    totalSteps,
    stepsPerSecond: 52.4,
    ...(status === 'running' ? { remainingSeconds: (totalSteps - step) / 52.4, progress: 0.31 } : {}),
    startedAt: before(nowMs, minutesAgo - 1),
    ...(status === 'running' ? {} : { endedAt: before(nowMs, minutesAgo - 9) }),
    ...(status === 'failed'
      ? {
          error: {
            code: 'diverged',
            message: 'The loss became infinite; the checkpoint before it was kept.',
            where: 'run 1, step 4,326 of 10,300 (reconstruction)',
            remedy: 'Start again with a lower learning rate: 0.02 is ten times the usual one for Adam.',
          },
        }
      : {}),
    ...(isDone ? { result: resultOf(config, network, loss) } : {}),
  }
}

/** Steps of an experiment on the training images of CIFAR-10. */
export function inventedSteps(config: ExperimentConfig): number {
  if (config.kind === 'compress') return config.reconstruction.steps + config.distillation.steps
  return config.kind === 'train' ? config.epochs * 352 : config.distillation.steps
}

function resultOf(config: ExperimentConfig, network: InventedNetwork, loss: number): RunResult {
  switch (config.kind) {
    case 'compress':
      return compressResult(config, network, loss)
    case 'baseline':
      return storingResult(config.kind, baselineSizes(network.detail.shape, config), network, loss)
    case 'spectral':
      return storingResult(config.kind, spectralSizes(network.detail.shape, config), network, loss)
    case 'train':
      return trainResult(network)
  }
}

function storingResult<K extends 'baseline' | 'spectral'>(
  kind: K,
  sizes: SizeBreakdown | undefined,
  network: InventedNetwork,
  loss: number,
) {
  const { accuracies, layers } = compressResult(fastConfig, network, loss)
  if (sizes === undefined) throw new Error('Nobody can invent these bytes.')
  const seconds = { distillation: 0, compression: 1.2, evaluation: 18, total: 19.4 }
  return { kind, accuracies, sizes, layers, relativeError: 0.041, seconds }
}

function compressResult(config: CompressConfig, network: InventedNetwork, loss: number): CompressResult {
  const random = Random.fromSeed(Math.round(loss * 1e6), 'layers')
  const pair = (total: number, original: number) => ({
    original: { correct: Math.round(original * total), total },
    reconstructed: { correct: Math.round((original - loss) * total), total },
  })
  return {
    kind: 'compress',
    accuracies: [
      { split: 'validation', ...pair(5000, 0.9188) },
      { split: 'test', ...pair(10_000, 0.9173) },
    ],
    sizes: sizeBreakdown(network.detail.shape, config),
    layers: network.detail.shape.representedLayers.map(({ name, shape }, index) => ({
      name,
      shape,
      relativeError: 0.08 + 0.012 * index + 0.03 * random.uniform(),
    })),
    relativeError: 0.262,
    smoothness: { original: 0.094, permuted: 0.587 },
    seconds: { permutation: 1.4, reconstruction: 283, distillation: 214, evaluation: 18, total: 517 },
  }
}

function trainResult(network: InventedNetwork): TrainResult {
  return {
    kind: 'train',
    networkId: network.record.id,
    validation: { correct: 4591, total: 5000 },
    test: { correct: 9134, total: 10_000 },
    seconds: { total: 4 * 3600 + 1260 },
    smoothness: { before: 0.002, after: 0.118 },
  }
}

export function inventedExperiments(networks: readonly InventedNetwork[], nowMs: number): readonly ExperimentRecord[] {
  const network = networks[0]
  const second = networks[1]
  if (network === undefined || second === undefined) return []
  const width = (hiddenSize: number): CompressConfig => ({
    ...fastConfig,
    predictor: { ...fastConfig.predictor, hiddenSize },
  })
  const published = compressPresets.find(({ id }) => id === 'published-resnet56-cross-filter-320')?.config ?? fastConfig
  const distilled = baselinePresets.find(({ id }) => id === 'baseline-int4-distilled')?.config ?? fastConfig
  const coded = spectralPresets.find(({ id }) => id === 'spectral-distilled')?.config ?? fastConfig
  const make = (invented: Omit<InventedExperiment, 'network'> & { readonly network?: InventedNetwork }) =>
    inventedExperiment({ network, ...invented }, nowMs)
  return [
    make({ id: 'e12', name: 'ResNet-20, hidden 140', status: 'running', config: width(140), minutesAgo: 2 }),
    make({
      id: 'e11',
      name: 'ResNet-20, hidden 120',
      status: 'queued',
      config: width(120),
      minutesAgo: 3,
      more: { queuePosition: 1 },
    }),
    make({
      id: 'e10',
      name: 'ResNet-20, hidden 100',
      status: 'queued',
      config: width(100),
      minutesAgo: 3,
      more: { queuePosition: 2 },
    }),
    make({
      id: 'e9',
      name: 'ResNet-56, published recipe',
      status: 'queued',
      config: published,
      minutesAgo: 4,
      network: second,
      more: { queuePosition: 3 },
    }),
    make({
      id: 'e8',
      name: 'ResNet-20, hidden 180, in-filter permutation',
      status: 'paused',
      config: { ...width(180), permutation: { ...fastConfig.permutation, mode: 'in-filter' } },
      minutesAgo: 66,
    }),
    make({
      id: 'e7',
      name: 'ResNet-20, hidden 160',
      status: 'completed',
      config: width(160),
      minutesAgo: 190,
      accuracyLoss: 0.0065,
      more: { isStarred: true, tags: ['baseline', 'paper'], notes: 'Within 0.65 points of the original.' },
    }),
    make({
      id: 'e6',
      name: 'ResNet-20, hidden 220',
      status: 'completed',
      config: width(220),
      minutesAgo: 240,
      accuracyLoss: 0.0018,
      more: { tags: ['paper'] },
    }),
    make({
      id: 'e5',
      name: 'ResNet-20, hidden 160, no permutation',
      status: 'completed',
      config: { ...width(160), permutation: { ...fastConfig.permutation, mode: 'none' } },
      minutesAgo: 300,
      accuracyLoss: 0.0312,
    }),
    make({
      id: 'e4',
      name: 'ResNet-20, hidden 160, 6-bit',
      status: 'completed',
      config: { ...width(160), storage: { ...fastConfig.storage, predictor: 'int6' } },
      minutesAgo: 340,
      accuracyLoss: 0.0071,
    }),
    make({
      id: 'e3',
      name: 'ResNet-20, Adam at 0.02',
      status: 'failed',
      config: {
        ...width(160),
        reconstruction: {
          ...fastConfig.reconstruction,
          optimizer: { ...fastConfig.reconstruction.optimizer, type: 'adam' },
        },
      },
      minutesAgo: 400,
    }),
    make({
      id: 'e2',
      name: 'Train ResNet-20 option B',
      status: 'completed',
      config: trainDefaults,
      minutesAgo: 1500,
      network: networks[2] ?? network,
    }),
    make({
      id: 'e13',
      name: 'ResNet-20, 4-bit integers, distilled',
      status: 'completed',
      config: distilled,
      minutesAgo: 3000,
      accuracyLoss: 0.0018,
    }),
    make({
      id: 'e14',
      name: 'ResNet-20, spectral 20x, distilled',
      status: 'completed',
      config: coded,
      minutesAgo: 3100,
      accuracyLoss: 0.0061,
    }),
    make({ id: 'e1', name: 'ResNet-20, a first draft', status: 'draft', config: width(80), minutesAgo: 90_000 }),
  ]
}

/** Thousands of rows for the table. */
export function manyExperiments(network: InventedNetwork, count: number, nowMs: number): readonly ExperimentRecord[] {
  const random = Random.fromSeed(3, 'many')
  return Array.from({ length: count }, (_, index) => {
    const hiddenSize = 60 + 10 * random.integer(20)
    return inventedExperiment(
      {
        id: `m${index}`,
        name: `Sweep ${1 + Math.floor(index / 40)}, hidden ${hiddenSize}, seed ${index % 40}`,
        status: random.uniform() < 0.93 ? 'completed' : 'failed',
        config: { ...fastConfig, seed: index % 40, predictor: { ...fastConfig.predictor, hiddenSize } },
        minutesAgo: 12 + index * 9,
        network,
        accuracyLoss: 0.3 / hiddenSize + 0.01 * random.uniform(),
        more: { isStarred: random.uniform() < 0.02, tags: random.uniform() < 0.1 ? ['sweep'] : [] },
      },
      nowMs,
    )
  })
}

export function before(nowMs: number, minutes: number): string {
  return new Date(nowMs - minutes * 60_000).toISOString()
}

/** A folder whose classes do not agree: what the import dialog has to warn of. */
export const inventedPlan: DatasetPlan = {
  datasetKind: 'image-folder',
  layout: 'a folder a class, splits from train, val',
  classNames: ['airplane', 'frog', 'images', 'truck'],
  counts: { train: 900, validation: 100, test: 250 },
  classCounts: [330, 340, 250, 330],
  notes: ['A tenth of the training images, chosen by file name, is cut off for validation.'],
  oddities: [
    {
      code: 'class-without-training-images',
      text: 'The class "images" occurs among the validation or test images only, never in training.',
    },
  ],
  skipped: {
    count: 1,
    files: [{ file: 'notes.txt', reason: 'unsupported', detail: 'no JPEG, PNG or WebP image by its name' }],
  },
}
