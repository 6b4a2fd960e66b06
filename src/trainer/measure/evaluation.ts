/** Predictions of a network over a split, batch by batch; the last batch is padded with its first image. */
import type { CompiledProgram, DeviceState } from '#engine/executors/executor.ts'
import type { Network } from '#networks/network.ts'
import { float32Tensor } from '#shared/tensors/host-tensor.ts'
import { AppException } from '#shared/basics/result.ts'
import { evaluationBatch, evaluationStage } from '#shared/experiment/stages.ts'
import { encodeConfidences, encodePredictions } from '#shared/measures/predictions.ts'
import { isTop5Measured } from '#shared/measures/top-5.ts'
import { writeImages } from '../data/augmentation.ts'
import type { ImageSplit } from '../data/image-split.ts'
import { loadSplit, type DatasetInput } from '../data/open-dataset.ts'
import type { JobContext } from '../process/job-context.ts'
import type { TimeLeft } from '../steps/time-left.ts'

/** Images a run of the evaluation program of a network. */
export function evaluationBatchOf({ inputShape }: Network): number {
  return evaluationBatch(inputShape)
}

/** Runs of the evaluation program that `images` of a split take; the last one may be padded, and costs as much. */
export function evaluationBatches(network: Network, images: number): number {
  return Math.ceil(images / evaluationBatchOf(network))
}

export interface Evaluation {
  readonly correct: number
  /** Images whose label is among the five largest logits; absent for few classes (shared/measures/top-5.ts). */
  readonly correctTop5?: number
  readonly total: number
  /** Bytes of shared/measures/predictions.ts. */
  readonly predictions: Uint8Array<ArrayBuffer>
  /** Softmax of the predicted classes, bytes of the same file. */
  readonly confidences: Uint8Array<ArrayBuffer>
}

/**
 * @param program `evaluateProgram` of `network` compiled for as many images as `evaluationBatchOf` says
 * @param onBatch awaited after every batch with the images done
 * @param onLogits is given [batch, classes] of every batch, of which the first `count` rows are images from `start` on
 */
export async function evaluateSplit(
  program: CompiledProgram,
  state: DeviceState,
  network: Network,
  data: ImageSplit,
  onBatch: (done: number, total: number) => Promise<void>,
  onLogits?: (start: number, count: number, logits: Float32Array) => void,
): Promise<Evaluation> {
  const { channels, height, width } = network.inputShape
  const size = channels * height * width
  const batch = evaluationBatchOf(network)
  const total = data.labels.length
  const classes = new Uint16Array(total)
  const confidences = new Float32Array(total)
  const images = new Float32Array(batch * size)
  const ranked = isTop5Measured(network.classes) ? { correct: 0 } : undefined
  let correct = 0
  for (let start = 0; start < total; start += batch) {
    const count = Math.min(batch, total - start)
    const stored = await data.read(Array.from({ length: count }, (_, i) => start + i))
    writeImages(stored, images, count, { stored: data.shape, shown: network.inputShape })
    for (let padded = count; padded < batch; padded++) images.copyWithin(padded * size, 0, size)
    const { predictions, logits } = await program.run(
      { images: float32Tensor([batch, channels, height, width], images) },
      state,
    )
    if (predictions === undefined) {
      throw new AppException({ code: 'internal', message: 'The evaluation program returned no predictions.' })
    }
    const rows = logits?.data
    if (!(rows instanceof Float32Array)) {
      throw new AppException({ code: 'internal', message: 'The evaluation program returned no logits.' })
    }
    onLogits?.(start, count, rows)
    for (let i = 0; i < count; i++) {
      const predicted = predictions.data[i] ?? 0
      classes[start + i] = predicted
      confidences[start + i] = softmaxAt(rows, i * network.classes, network.classes, predicted)
      const label = data.labels[start + i] ?? 0
      if (predicted === label) correct += 1
      if (ranked !== undefined && isAmongLargest(rows, i * network.classes, network.classes, label)) ranked.correct += 1
    }
    await onBatch(start + count, total)
  }
  return {
    correct,
    ...(ranked === undefined ? {} : { correctTop5: ranked.correct }),
    total,
    predictions: encodePredictions(classes, network.classes),
    confidences: encodeConfidences(confidences),
  }
}

/** Softmax of a row of logits at the class with the largest one: no exponent is above 0. 0 where a logit is no number. */
function softmaxAt(logits: Float32Array, rowStart: number, classes: number, chosen: number): number {
  const own = logits[rowStart + chosen] ?? 0
  let sum = 0
  for (let other = 0; other < classes; other++) sum += Math.exp((logits[rowStart + other] ?? 0) - own)
  return Number.isFinite(sum) ? 1 / sum : 0
}

const largest = 5

/** Whether `label` is among the five largest of a row of logits; of equals the lower class goes first, as in top-1. */
function isAmongLargest(logits: Float32Array, rowStart: number, classes: number, label: number): boolean {
  const own = logits[rowStart + label] ?? -Infinity
  let before = 0
  for (let other = 0; other < classes; other++) {
    const value = logits[rowStart + other] ?? -Infinity
    if (value > own || (value === own && other < label)) before += 1
    if (before === largest) return false
  }
  return true
}

/**
 * Teaches `time` what a batch of an evaluation costs, from one of the validation split.
 * @param evaluate measures a network of the same cost as those to come
 */
export async function probeEvaluation(
  { dataset }: { readonly dataset: DatasetInput },
  network: Network,
  time: TimeLeft,
  evaluate: (data: ImageSplit, onBatch: () => Promise<void>) => Promise<unknown>,
  context: JobContext,
): Promise<void> {
  const data = await loadSplit(dataset, 'validation', network, evaluationBatchOf(network))
  const startedMs = context.now()
  await evaluate(data, () => context.breathe())
  time.learn(evaluationStage, (context.now() - startedMs) / 1000)
}
