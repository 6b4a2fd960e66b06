/** What a row of the parameter catalogue is made of, and the pieces both catalogues share. */
import type { ParameterGroupId } from './parameter-groups.ts'

export type ParameterControl =
  | {
      readonly type: 'number'
      readonly isInteger: boolean
      readonly minimum: number
      readonly maximum: number
      /** True when `minimum` itself is not allowed. */
      readonly isMinimumExclusive?: boolean
      /** What an arrow key adds. */
      readonly step: number
    }
  | { readonly type: 'choice'; readonly options: readonly { readonly value: string; readonly title: string }[] }
  | { readonly type: 'switch' }
  | {
      readonly type: 'text'
      /** Values known to work, for a list to choose from. */
      readonly suggestions: readonly string[]
    }
  /** Layers that are treated otherwise than the rest, as `layerPrecisions` reads them; may be empty. */
  | { readonly type: 'layers' }

export type NumberControl = Extract<ParameterControl, { readonly type: 'number' }>

export interface ParameterDescription {
  /** Dotted path in the configuration, e.g. `predictor.hiddenSize`. */
  readonly path: string
  readonly title: string
  /** `steps`, `kernels`, `images` ...; absent for a plain number. */
  readonly unit?: string
  /** One sentence: what it does and which way to turn it. */
  readonly sentence: string
  readonly group: ParameterGroupId
  readonly control: ParameterControl
}

export const maximumSteps = 10_000_000
/** zod's `int()` accepts safe integers. */
export const maximumInteger = Number.MAX_SAFE_INTEGER

export function integer(minimum: number, maximum: number, step = 1): ParameterControl {
  return { type: 'number', isInteger: true, minimum, maximum, step }
}

export function real(minimum: number, maximum: number, step: number): ParameterControl {
  return { type: 'number', isInteger: false, minimum, maximum, step }
}

export function positive(maximum: number, step: number): ParameterControl {
  return { type: 'number', isInteger: false, minimum: 0, isMinimumExclusive: true, maximum, step }
}

export function choice(titles: Readonly<Record<string, string>>): ParameterControl {
  return { type: 'choice', options: Object.entries(titles).map(([value, title]) => ({ value, title })) }
}

const augmentation = choice({
  none: 'None',
  'flip-crop': 'Flips and crops',
  'resized-crop': 'Flips and resized crops (ImageNet)',
})
export const keep = choice({ 'best-validation': 'Best on validation', last: 'Last' })
export const remainderPrecision = choice({ float32: '32-bit float', float16: '16-bit float', int8: '8-bit integers' })

/** Rows of the random changes of training images; `mixed` says what mixup does to the targets of this kind. */
export function augmentationParameters(
  prefix: string,
  group: ParameterGroupId,
  mixed: string,
): readonly ParameterDescription[] {
  const jitter = (leaf: string, title: string, sentence: string): ParameterDescription => ({
    path: `${prefix}colourJitter.${leaf}`,
    title,
    sentence,
    group,
    control: real(0, 1, 0.1),
  })
  return [
    {
      path: `${prefix}augmentation`,
      title: 'Augmentation',
      sentence: 'Random changes of the training images.',
      group,
      control: augmentation,
    },
    jitter('brightness', 'Brightness jitter', 'Pixels times a random factor of 1 - s to 1 + s; 0.4 is usual, 0 none.'),
    jitter('contrast', 'Contrast jitter', "Distance to the image's mean grey times such a factor; 0 none."),
    jitter('saturation', 'Saturation jitter', 'Distance of colours to their grey times such a factor; 0 none.'),
    {
      path: `${prefix}mixup`,
      title: 'Mixup',
      sentence: `Blends images in pairs by a share of Beta(a, a)${mixed}; 0.2 is usual, 0 mixes nothing.`,
      group,
      control: real(0, 10, 0.1),
    },
  ]
}

export const checkpointParameter = (group: ParameterGroupId): ParameterDescription => ({
  path: 'checkpointEverySteps',
  title: 'Checkpoint every',
  unit: 'steps',
  sentence: 'Steps between checkpoints, the most that a crash can cost.',
  group,
  control: integer(1, maximumInteger, 100),
})

export const seedParameter = (group: ParameterGroupId): ParameterDescription => ({
  path: 'seed',
  title: 'Seed',
  sentence: 'Start of every random choice; the same seed on the same machine repeats the run bit for bit.',
  group,
  control: integer(0, 2 ** 32 - 1),
})
