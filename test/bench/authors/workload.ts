/** The studio's side of authors.bench.ts: steps with the mathematics of the authors' loop, and its own sampled step. */
import { named } from '#engine/program/named.ts'
import {
  applyOptimizer,
  initialOptimizerState,
  optimizerInputsAt,
  optimizerInputSpecs,
  optimizerStateSpecs,
} from '#engine/training/optimizers/optimizer.ts'
import { publishedRanger, ranger } from '#engine/training/optimizers/ranger.ts'
import { fullStepProgram } from '#engine/methods/nern/programs/full-step.ts'
import {
  objectiveInputs,
  objectiveInputSpecs,
  sampledGradients,
} from '#engine/methods/nern/programs/objective-gradients.ts'
import { sampledStepProgram } from '#engine/methods/nern/programs/sampled-step.ts'
import type { Program } from '#engine/program/program.ts'
import { asVector } from '#engine/network/tensor-rank.ts'
import type { HostTensors } from '#shared/tensors/host-tensor.ts'
import { assertNever } from '#shared/basics/result.ts'
import {
  blocks,
  exchangedTensors,
  kernelsAt,
  network,
  original,
  predictor,
  randomImages,
  representation,
  sampledKernels,
  targets,
  type Workload,
} from '../steps/workload.ts'

/**
 * `full-sampled`, `full-all`: all three losses on a batch of images, gradient through 4,096 or all kernels.
 * `all-predicted`: reconstruction loss of all weights, gradient through 4,096 kernels.
 * `sampled`: the studio's sampled step, which predicts only those 4,096 and takes the loss of them.
 */
export const loopSteps = ['full-sampled', 'full-all', 'all-predicted', 'sampled'] as const
export type LoopStep = (typeof loopSteps)[number]

/** Of the published ResNet-20 recipe (method 3 and 4.1). */
const learningRate = 5e-3
const settings = { beta1: 0.5, beta2: 0.999, epsilon: 1e-5, weightDecay: 1e-3, ...publishedRanger }
const objective = { reconstruction: 1, featureMaps: 1e-4, distillation: 1e-4 }

const optimizer = ranger(settings)
const common = { representation, targets, form: 'rmse', optimizer } as const

export function loopWorkload(step: LoopStep, batch: number): Workload {
  const isFull = step === 'full-sampled' || step === 'full-all'
  const images = isFull ? { images: randomImages(batch) } : {}
  return {
    program: loopProgram(step, batch),
    start: { ...predictor, ...initialOptimizerState(optimizer, predictor) },
    losses: isFull ? ['loss', 'reconstructionLoss', 'featureMapLoss', 'distillationLoss'] : ['loss'],
    inputsAt: (number) => ({
      ...images,
      ...(step === 'full-all' ? {} : { kernels: kernelsAt(number) }),
      ...(step === 'sampled' ? {} : objectiveInputs(objective)),
      ...optimizerInputsAt(optimizer, number, learningRate),
    }),
  }
}

/** For authors_loop.py. */
export function exchangedLoop(batch: number): { readonly tensors: HostTensors; readonly settings: object } {
  return {
    tensors: exchangedTensors(batch),
    settings: { network, blocks, objective, ranger: { ...settings, learningRate } },
  }
}

function loopProgram(step: LoopStep, batch: number): Program {
  switch (step) {
    case 'full-sampled':
      return fullProgram(sampledKernels, batch)
    case 'full-all':
      return fullProgram('all', batch)
    case 'all-predicted':
      return allPredictedProgram()
    case 'sampled':
      return sampledStepProgram({ ...common, sampledKernels })
    default:
      return assertNever(step)
  }
}

function fullProgram(gradients: number | 'all', batch: number): Program {
  return fullStepProgram({
    ...common,
    sampledKernels: gradients,
    distillation: {
      network,
      parameters: original,
      batch,
      featureMaps: 'faithful',
      form: 'stabilised',
      temperature: 1,
    },
  })
}

/** What the authors' loop does without its networks; no phase of the studio takes such a step. */
function allPredictedProgram(): Program {
  const { tables, parameterSpecs } = representation
  return {
    name: 'all-predicted-step',
    inputs: {
      kernels: { shape: [sampledKernels], dtype: 'int32' },
      ...objectiveInputSpecs,
      ...optimizerInputSpecs(optimizer),
    },
    state: { ...parameterSpecs, ...optimizerStateSpecs(optimizer, parameterSpecs) },
    constants: { ...tables.constants, ...targets.constants },
    build(tensors) {
      const kernels = asVector(named(tensors, 'kernels'))
      const { losses, gradients } = sampledGradients(tensors, common, kernels)
      return { ...losses, ...applyOptimizer(optimizer, Object.keys(parameterSpecs), gradients, tensors) }
    },
  }
}
