/**
 * Configurations of older studios, brought to the present version step by step. A step holds its own copy of what it fills
 * in: it must not change when a preset does.
 */
import { configVersion } from './config-fields.ts'
import { experimentConfigSchema, type ExperimentConfig, type Family } from './experiment-config.ts'
import { AppException } from '../basics/result.ts'

type Fields = Readonly<Record<string, unknown>>
type Step = (config: Fields) => Fields

/** The step at `i` brings version i + 1 to version i + 2. */
const steps: readonly Step[] = [fillVersion1]

/**
 * A configuration as it was stored, of any version there has been. Errors: `record-unreadable` for one that does not
 * satisfy its schema or was made by a newer studio.
 */
export function readConfig(stored: unknown): ExperimentConfig {
  const fields = fieldsOf(stored)
  const version = fields.version ?? 1
  if (typeof version !== 'number' || !Number.isInteger(version) || version < 1) {
    throw unreadable(`Its configuration has the version ${JSON.stringify(version)}, which none has`)
  }
  if (version > configVersion) {
    throw new AppException({
      code: 'record-unreadable',
      message: `It was made by a newer studio: its configuration has version ${version}, this studio knows versions up to ${configVersion}.`,
      remedy: 'Update the studio, or remove the experiment.',
    })
  }
  const migrated = fillVersion2(steps.slice(version - 1).reduce((config, step) => step(config), fields))
  const parsed = experimentConfigSchema.safeParse({ ...migrated, version: configVersion })
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  throw unreadable(`Its configuration is not one this studio knows: ${issue?.message ?? ''}`, issue?.path.join('.'))
}

function unreadable(message: string, where = ''): AppException {
  return new AppException({
    code: 'record-unreadable',
    message: `${message}.`,
    ...(where === '' ? {} : { where }),
    remedy: 'Update the studio if a newer one made it; else remove the experiment.',
  })
}

/** Version 1 grew by fields that were optional: what a configuration lacks is what studios without the field did. */
function fillVersion1(config: Fields): Fields {
  return filled(config, version1Defaults)
}

function filled(config: Fields, steps: Readonly<Partial<Record<Family, Step>>>): Fields {
  const fill = Object.entries(steps).find(([kind]) => kind === config.kind)?.[1]
  return fill === undefined ? config : fill(config)
}

const version1Defaults: Readonly<Record<Family, Step>> = {
  compress: fillCompression,
  train: (config) => ({
    smoothness: { form: 'cosine', weight: 0 },
    ...plainImages,
    preprocessing: 'default',
    ...config,
  }),
  baseline: fillBaseline,
  // Came with version 2.
  spectral: (config) => config,
}

const plainImages = { colourJitter: { brightness: 0, contrast: 0, saturation: 0 }, mixup: 0 }

function fillCompression(config: Fields): Fields {
  return {
    representation: { linearLayers: false },
    ...config,
    permutation: { refinement: 'none', refinementPasses: 5, ...fieldsOf(config.permutation) },
    distillation: { refreshEverySteps: 0, images: 'dataset', ...plainImages, ...fieldsOf(config.distillation) },
    quantisation: {
      method: 'straight-through',
      ...(config.quantisation === undefined ? noQuantisation : fieldsOf(config.quantisation)),
    },
    storage: {
      rounding: 'compensated',
      codedBits: 0,
      firstLayer: 'weights',
      pruning: 0,
      pruneBefore: 'distillation',
      ...fieldsOf(config.storage),
    },
  }
}

const noQuantisation = {
  steps: 0,
  optimizer: {
    type: 'adam',
    learningRate: 2e-4,
    minLearningRate: 1e-6,
    schedule: 'cosine',
    warmupSteps: 20,
    beta1: 0.9,
    beta2: 0.999,
    epsilon: 1e-8,
    weightDecay: 0,
  },
}

function fillBaseline(config: Fields): Fields {
  return {
    weightSharing: { bits: 3, iterations: 300 },
    lowRank: { unfolding: 'separable', rule: 'energy', share: 0.98 },
    pruning: { kept: 0.5, values: 'int8' },
    checkpointEverySteps: 100,
    ...config,
    distillation: {
      ...plainImages,
      ...(config.distillation === undefined
        ? noBaselineDistillation
        : { rateWarmupSteps: 0, ...fieldsOf(config.distillation) }),
    },
  }
}

const noBaselineDistillation = {
  steps: 0,
  learningRate: 5e-4,
  minLearningRate: 1e-6,
  rateWarmupSteps: 20,
  dataBatch: 64,
  augmentation: 'flip-crop',
  featureMapWeight: 0.1,
  distillationWeight: 1,
  temperature: 1,
}

/** Version 2 has grown as well: before there were parts and tiles, every predictor was of a whole network. */
function fillVersion2(config: Fields): Fields {
  return filled(config, {
    compress: ({ predictor, representation, ...rest }) => ({
      ...rest,
      representation: { tiles: false, ...fieldsOf(representation) },
      predictor: { partition: onePredictor, ...fieldsOf(predictor) },
    }),
  })
}

const onePredictor = { by: 'none', kernels: 4096, earlyEmphasis: 0.3, inputs: 'seeded', numbers: 20 }

/** What is not an object has no fields: the schema says so then. */
function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {}
}
