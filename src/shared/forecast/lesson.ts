/** What a finished run teaches about runs to come: how much of its accuracy a network lost to how much damage. */

/** Runs that lose accuracy in the same way: what one of them lost says something of the others. */
export const lossGroups = ['codes', 'kernels', 'distilled-codes', 'distilled-kernels', 'predictor'] as const
export type LossGroup = (typeof lossGroups)[number]

/** Whether runs of a group can do without a training, so that what they do to the weights can be tried. */
export function isUntrained(group: LossGroup): boolean {
  return group === 'codes' || group === 'kernels'
}

/** A network as far as it decides whether another one is like it. */
export interface NetworkLikeness {
  /** Of its stored file. */
  readonly sha256: string
  readonly classes: number
  /** Pixels along the longer side of what it looks at. */
  readonly inputSide: number
}

export interface Lesson {
  readonly network: NetworkLikeness & { readonly title: string }
  readonly group: LossGroup
  /** What was done to the network, in the measure of its group (`damageOf`). */
  readonly damage: number
  /** Accuracy that was lost over what the original has beyond chance: 0 nothing, 1 everything; below 0 where it gained. */
  readonly lostShare: number
}

/** What is known of a compression that may be run, or was. */
export interface CompressionFacts {
  /** Original bytes over all bytes. */
  readonly ratio: number
  /** Relative squared error of the answers on drawn pictures (docs/knob.md); unknown before the weights are compressed. */
  readonly distortion?: number | undefined
}

/**
 * The damage in the measure of a group, which grows with it: what is compressed without training is known before anything
 * runs, by its answers on drawn pictures; of what is trained only the ratio is. Undefined where it is not known.
 */
export function damageOf(group: LossGroup, { ratio, distortion }: CompressionFacts): number | undefined {
  const damage = isUntrained(group) ? distortion : ratio
  return damage !== undefined && damage > 0 ? damage : undefined
}

/** Accuracy that a network has beyond guessing, in [0, 1). */
export function beyondChance(accuracy: number, classes: number): number {
  return Math.max(0, accuracy - 1 / classes)
}

/** Same number of classes, and pictures of about the same size: networks that may be compared. */
export function isSimilar(one: NetworkLikeness, other: NetworkLikeness): boolean {
  if (one.sha256 === other.sha256) return true
  const sides = one.inputSide / other.inputSide
  return one.classes === other.classes && sides > 0.8 && sides < 1.25
}
