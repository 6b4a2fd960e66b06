/**
 * One step of reconstruction alone: predicts and fits only the sampled kernels, optimiser inside. The gradient has the
 * direction of method 4.2 (root mean squared error over all weights, gradient through the sampled kernels), scaled to
 * the sample; needs no images and no network.
 */
import type { Program } from '#engine/program/program.ts'
import { tf } from '#engine/program/tfjs.ts'
import { asVector } from '#engine/network/tensor-rank.ts'
import {
  sampledReconstructionLoss,
  weightedSquaredError,
  type ReconstructionForm,
} from '../../../training/losses/reconstruction.ts'
import { stagedSum } from '../../../training/losses/staged-sum.ts'
import { named } from '../../../program/named.ts'
import {
  applyOptimizer,
  optimizerInputSpecs,
  optimizerStateSpecs,
  type Optimizer,
} from '../../../training/optimizers/optimizer.ts'
import type { KernelTargets, Representation } from '../representation.ts'
import { reconstructionTerms } from './reconstruction-inputs.ts'

export interface SampledStepOptions {
  readonly representation: Representation
  readonly targets: KernelTargets
  /** The form `targets` were made for. */
  readonly form: ReconstructionForm
  readonly optimizer: Optimizer
  /** Kernels a step, `KernelDraw.count`. */
  readonly sampledKernels: number
}

/**
 * Inputs: `kernels` int32 [sampledKernels] and those of `optimizerInputsAt`. State: the predictor's parameters and
 * the optimiser's. Output: `loss` [] over the sampled kernels, before the step.
 */
export function sampledStepProgram(options: SampledStepOptions): Program {
  const { representation, targets, form, optimizer, sampledKernels } = options
  const { table, tables, predictor, prediction, parameterSpecs } = representation
  const parameters = Object.keys(parameterSpecs)
  return {
    name: 'sampled-step',
    inputs: { kernels: { shape: [sampledKernels], dtype: 'int32' }, ...optimizerInputSpecs(optimizer) },
    state: { ...parameterSpecs, ...optimizerStateSpecs(optimizer, parameterSpecs) },
    constants: { ...tables.constants, ...targets.constants },
    build(tensors) {
      const kernels = asVector(named(tensors, 'kernels'))
      const { sum, gradients } = prediction.gradients(tensors, parameters, kernels, (predicted, rowsOf) =>
        weightedSquaredError(reconstructionTerms(tensors, predicted, rowsOf)),
      )
      const rowWeights = tensors['rowWeights']
      const values = sampledKernels * predictor.outputs
      const sample = rowWeights === undefined ? values : stagedSum(tf.gather(rowWeights, kernels))
      // The loss is a function of the sum alone, so its derivative scales the gradients of the sum.
      const { value: loss, grad: scale } = tf.valueAndGrad((total) =>
        sampledReconstructionLoss(form, total, sample, sampledKernels / table.kernels),
      )(sum)
      const scaled = Object.entries(gradients).map(([name, gradient]) => [name, tf.mul(gradient, scale)] as const)
      return { loss, ...applyOptimizer(optimizer, parameters, Object.fromEntries(scaled), tensors) }
    },
  }
}
