/**
 * The parts of a run that take time. A run is planned as stages of equal units: steps of a phase, batches of images, the
 * package. The trainer follows them for its time left, the queue adds them up before a run begins.
 */

export interface Stage {
  readonly name: string
  /** Steps, batches or pieces over the whole run; 0 leaves the stage out. */
  readonly units: number
  /** Seconds a unit while nothing better is known, for stages too short to be worth a probe. */
  readonly assumedSeconds?: number
}

/** The stage of what the first step of a stage costs: data to open, programs to compile. */
export function startOf(stage: string): string {
  return `start of ${stage}`
}

/** The stage of all evaluations; its units are batches. */
export const evaluationStage = 'evaluation'
/** The training of a copy of the network, whatever the method. */
export const distillationStage = 'distillation'

/** Seconds a unit, by stage. */
export type SecondsByStage = Readonly<Record<string, number>>

/** Pixels of the images a run of the evaluation program: 250 of CIFAR. Feature maps of a large network grow with them. */
const evaluationPixels = 250 * 32 * 32
/** Images of any size a run; fewer leave threads without work. */
const fewestImages = 8

/** Images a run of the evaluation program of a network that takes images of this size. */
export function evaluationBatch({ height, width }: { readonly height: number; readonly width: number }): number {
  return Math.max(fewestImages, Math.floor(evaluationPixels / (height * width)))
}

const finalSplits = ['validation', 'test'] as const
type FinalSplit = (typeof finalSplits)[number]

/** What a run has to do with images, as far as its stages depend on it. */
export interface PlannedImages extends Readonly<Record<'train' | FinalSplit, number>> {
  /** Images a run of the evaluation program (`evaluationBatch`). */
  readonly batch: number
  /** Splits on which nobody has measured the original yet: a compression does so at its end. */
  readonly unmeasured: readonly FinalSplit[]
}

/** Runs of the evaluation program that `images` take; the last one may be padded, and costs as much. */
export function batchesOf({ batch }: Pick<PlannedImages, 'batch'>, images: number): number {
  return Math.ceil(images / batch)
}

/** Batches of the end of a compression: its result on both splits, and the original where it is not measured. */
export function finalBatches(images: PlannedImages): number {
  const networks = (split: FinalSplit) => (images.unmeasured.includes(split) ? 2 : 1)
  return finalSplits.reduce((sum, split) => sum + networks(split) * batchesOf(images, images[split]), 0)
}

/**
 * All stages of a compression that stores kernels in a form of its own: `steps` steps that train this form, then `storing`,
 * then the measurement.
 */
export function storedFormStages(steps: number, storing: Stage, images: PlannedImages): readonly Stage[] {
  return [
    { name: distillationStage, units: steps },
    { name: startOf(distillationStage), units: Math.min(1, steps), assumedSeconds: 1 },
    storing,
    { name: evaluationStage, units: finalBatches(images) },
  ]
}

/** Seconds of all stages at these paces; undefined while one of them has none. */
export function secondsOf(stages: readonly Stage[], paces: SecondsByStage): number | undefined {
  let sum = 0
  for (const { name, units, assumedSeconds } of stages) {
    const pace = paces[name] ?? assumedSeconds
    if (units === 0) continue
    if (pace === undefined) return undefined
    sum += units * pace
  }
  return sum
}
