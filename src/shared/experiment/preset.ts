import type { ExperimentConfig } from './experiment-config.ts'

/** A ready-made configuration. */
export interface Preset<Config extends ExperimentConfig> {
  readonly id: string
  readonly title: string
  /** One sentence: what it is for and what it costs. */
  readonly description: string
  /** Heading it is offered under. */
  readonly group?: string
  /** What it was made for; absent where it suits every network. */
  readonly madeFor?: PresetSubject
  readonly config: Config
}

/** Networks and images that a preset was made for. Both ends of a range are in it. */
export interface PresetSubject {
  readonly representedWeights?: readonly [number, number]
  /** Of the longer side of an image. */
  readonly pixels?: readonly [number, number]
  readonly classes?: number
}

/** Networks of CIFAR by their size, whatever their exact shape. */
export const resnet20Like: PresetSubject = { representedWeights: [100_000, 500_000], pixels: [1, 64] }
export const resnet56Like: PresetSubject = { representedWeights: [500_000, 2_000_000], pixels: [1, 64] }
/** Where one predictor of all kernels takes too long. */
export const largeNetwork: PresetSubject = { representedWeights: [2_000_000, 2 ** 31] }
export const resnet18OfImageNet: PresetSubject = { representedWeights: [5_000_000, 20_000_000], pixels: [96, 10_000] }

/** Facts of what was chosen; what nobody knows yet suits every preset. */
export interface ChosenSubject {
  readonly representedWeights?: number | undefined
  readonly pixels?: number | undefined
  readonly classes?: number | undefined
}

/** Whether a preset was made for what was chosen. */
export function isMadeFor({ madeFor = {} }: Pick<Preset<ExperimentConfig>, 'madeFor'>, chosen: ChosenSubject): boolean {
  const { representedWeights, pixels, classes } = chosen
  return (
    isWithin(representedWeights, madeFor.representedWeights) &&
    isWithin(pixels, madeFor.pixels) &&
    (classes === undefined || madeFor.classes === undefined || classes === madeFor.classes)
  )
}

function isWithin(value: number | undefined, range: readonly [number, number] | undefined): boolean {
  return value === undefined || range === undefined || (value >= range[0] && value <= range[1])
}
