/** What every contender computes: the same network, predictor, images and indices. */
import { adam } from '#engine/training/optimizers/adam.ts'
import { initialOptimizerState, optimizerInputsAt } from '#engine/training/optimizers/optimizer.ts'
import { embedCoordinates } from '#engine/methods/nern/positional-embedding.ts'
import { fullStepProgram } from '#engine/methods/nern/programs/full-step.ts'
import { objectiveInputs } from '#engine/methods/nern/programs/objective-gradients.ts'
import { sampledStepProgram } from '#engine/methods/nern/programs/sampled-step.ts'
import { createRepresentation, freshPredictor, kernelTargets } from '#engine/methods/nern/representation.ts'
import { naturalCoordinates } from '#engine/methods/nern/coordinates.ts'
import { KernelSampler } from '#engine/methods/nern/kernel-sampling.ts'
import type { Program } from '#engine/program/program.ts'
import { initialParameters as initialNetwork } from '#networks/initial-parameters.ts'
import type { Network } from '#networks/network.ts'
import { cifarResnet } from '#networks/zoo/cifar-resnet.ts'
import { float32Tensor, int32Tensor, type HostTensor, type HostTensors } from '#shared/tensors/host-tensor.ts'
import { Random } from '#shared/basics/random.ts'

/**
 * `sampled`: predict and fit 4,096 kernels. `full`: predict all kernels, run both networks on `batch` images, all three
 * losses, gradient through 4,096 kernels. Both with Adam.
 */
export type StepKind = { readonly kind: 'sampled' } | { readonly kind: 'full'; readonly batch: number }

/**
 * How the first linear layer meets the embedding; the result is the same. `tables`: products of the distinct
 * coordinates, looked up (what the studio does). `rows`: one product with [kernels, 240] (what the authors do).
 */
export type EmbeddingForm = 'tables' | 'rows'

const seed = 7
const hiddenSize = 160
export const blocks = 5
export const sampledKernels = 4096
/** Index sets that steps take in turn, so that no step repeats the memory accesses of the one before. */
const kernelSets = 16
const learningRate = 1e-3
const moments = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }
const objective = { reconstruction: 1, featureMaps: 1e-3, distillation: 1e-2 }
const embedding = { type: 'positional', base: 0.76, levels: 40, fusion: 'concat' } as const

export const network = cifarResnet({ depth: 20, shortcut: 'a', classes: 10 })
const optimizer = adam({ ...moments, weightDecay: 0 })
export const representation = createRepresentation({
  representedLayers: network.representedLayers,
  embedding,
  hiddenSize,
  blocks,
})
const rowsRepresentation = { ...representation, tables: rowTables() }
export const original = livelyNetwork(network)
export const targets = kernelTargets(representation, original)
export const predictor = freshPredictor(representation, Random.fromSeed(seed, 'predictor'))
const kernels = drawKernels()

/** A program with all it needs to run step after step from the same start. */
export interface Workload {
  readonly program: Program
  /** Predictor and optimiser before the first step. */
  readonly start: HostTensors
  /** Outputs to compare, all []. */
  readonly losses: readonly string[]
  /** @param number 1 for the first step */
  inputsAt(number: number): HostTensors
}

export function stepWorkload(step: StepKind, form: EmbeddingForm): Workload {
  const images = step.kind === 'full' ? randomImages(step.batch) : undefined
  return {
    program: stepProgram(step, form),
    start: { ...predictor, ...initialOptimizerState(optimizer, predictor) },
    losses: ['loss'],
    inputsAt: (number) => ({
      kernels: kernelsAt(number),
      ...optimizerInputsAt(optimizer, number, learningRate),
      ...(images === undefined ? {} : { images, ...objectiveInputs(objective) }),
    }),
  }
}

function stepProgram(step: StepKind, form: EmbeddingForm): Program {
  const common = {
    representation: form === 'tables' ? representation : rowsRepresentation,
    targets,
    form: 'rmse',
    optimizer,
    sampledKernels,
  } as const
  if (step.kind === 'sampled') return sampledStepProgram(common)
  return fullStepProgram({
    ...common,
    distillation: {
      network,
      parameters: original,
      batch: step.batch,
      featureMaps: 'documented',
      form: 'standard',
      temperature: 1,
    },
  })
}

/** Indices of the kernels that step `number` samples, 1 for the first step. */
export function kernelsAt(number: number): HostTensor {
  return kernels[(number - 1) % kernelSets] ?? int32Tensor([0], new Int32Array(0))
}

/** [batch, 3, 32, 32] of 0 to 255; a larger batch begins with the images of a smaller one. */
export function randomImages(batch: number): HostTensor {
  const random = Random.fromSeed(seed, 'images')
  const { channels, height, width } = network.inputShape
  const pixels = Float32Array.from({ length: batch * channels * height * width }, () => random.integer(256))
  return float32Tensor([batch, channels, height, width], pixels)
}

/** What both processes compute from, for the other one. */
export function exchangedTensors(batch: number): HostTensors {
  const drawn = new Int32Array(kernelSets * sampledKernels)
  kernels.forEach(({ data }, at) => drawn.set(data, at * sampledKernels))
  return {
    ...original,
    ...predictor,
    ...targets.constants,
    ...representation.tables.constants,
    ...rowsRepresentation.tables.constants,
    images: randomImages(batch),
    kernels: int32Tensor([kernelSets, sampledKernels], drawn),
  }
}

/** All of it for the other process: tensors, and what is not a tensor. */
export function exchange(batch: number): { readonly tensors: HostTensors; readonly settings: object } {
  return {
    tensors: exchangedTensors(batch),
    settings: { network, blocks, objective, adam: { ...moments, learningRate } },
  }
}

function rowTables(): typeof representation.tables {
  const { table } = representation
  const rows = embedCoordinates(naturalCoordinates(table), embedding)
  const shape = [table.kernels, rows.length / table.kernels]
  return { kind: 'rows', constants: { 'embedding.rows': float32Tensor(shape, rows) } }
}

/**
 * An untrained network whose batch-norm is not the identity, so that a mistake in it would show. Its scales are small:
 * the reconstructed network, which starts from random kernels, shall give logits of ordinary size too.
 */
function livelyNetwork(described: Network): HostTensors {
  const start = initialNetwork(described, seed)
  const random = Random.fromSeed(seed, 'batch-norm')
  return Object.fromEntries(
    described.parameters.map(({ name, shape, role }) => {
      const { data } = start[name] ?? float32Tensor([0], new Float32Array(0))
      const isScale = role === 'bn-weight' || role === 'bn-variance'
      const isShift = role === 'bn-bias' || role === 'bn-mean'
      if (!isScale && !isShift) return [name, float32Tensor(shape, Float32Array.from(data))]
      const factor = role === 'bn-variance' ? 1 : 0.2
      const values = Float32Array.from(data, () => factor * (isScale ? 0.5 + random.uniform() : random.uniform() - 0.5))
      return [name, float32Tensor(shape, values)]
    }),
  )
}

function drawKernels(): readonly HostTensor[] {
  const sampler = new KernelSampler('uniform', targets.norms, sampledKernels)
  const random = Random.fromSeed(seed, 'kernels')
  return Array.from({ length: kernelSets }, () => int32Tensor([sampledKernels], sampler.draw(random)))
}
