/**
 * One step of reconstruction alone: predicts and fits only the sampled kernels, optimiser inside. The gradient has the
 * direction of method 4.2 (root mean squared error over all weights, gradient through the sampled kernels), scaled to
 * the sample; needs no images and no network.
 */
import { lossGradients } from '#engine/loss-gradients.ts'
import type { Program } from '#engine/program/program.ts'
import { asVector } from '#engine/tensor-rank.ts'
import { sampledReconstructionLoss, type ReconstructionForm } from '../losses/reconstruction.ts'
import { named } from '../named.ts'
import { applyOptimizer, optimizerInputSpecs, optimizerStateSpecs, type Optimizer } from '../optimizers/optimizer.ts'
import { predict } from '../predictor.ts'
import { fakeQuantised, scaleSpecs, type QuantisationPlan } from '../quantization/fake-quantization.ts'
import type { KernelTargets, Representation } from '../representation.ts'
import { reconstructionTerms } from './reconstruction-inputs.ts'

export interface SampledStepOptions {
  readonly representation: Representation
  readonly targets: KernelTargets
  /** The form `targets` were made for. */
  readonly form: ReconstructionForm
  readonly optimizer: Optimizer
  /** Kernels a step, `KernelSampler.count`. */
  readonly sampledKernels: number
  /** Parameters the step rounds to their stored precision, with learned scales; none when left out. */
  readonly quantisation?: QuantisationPlan
}

/**
 * Inputs: `kernels` int32 [sampledKernels] and those of `optimizerInputsAt`. State: the predictor's parameters, with
 * quantisation their scales, and the optimiser's. Output: `loss` [] over the sampled kernels, before the step.
 */
export function sampledStepProgram(options: SampledStepOptions): Program {
  const { representation, targets, form, optimizer, sampledKernels, quantisation = {} } = options
  const { table, tables, predictor, parameterSpecs } = representation
  const parameters = Object.keys(parameterSpecs)
  const trained = { ...parameterSpecs, ...scaleSpecs(quantisation, parameterSpecs) }
  return {
    name: 'sampled-step',
    inputs: { kernels: { shape: [sampledKernels], dtype: 'int32' }, ...optimizerInputSpecs(optimizer) },
    state: { ...trained, ...optimizerStateSpecs(optimizer, trained) },
    constants: { ...tables.constants, ...targets.constants },
    build(tensors) {
      const kernels = asVector(named(tensors, 'kernels'))
      const quantised = fakeQuantised(quantisation, tensors)
      const { loss, gradients } = lossGradients(quantised.tensors, parameters, (given) => {
        const predicted = predict(given, tables, predictor.blocks, kernels)
        const terms = reconstructionTerms(given, predicted, kernels)
        return { loss: sampledReconstructionLoss(form, terms, table.kernels), outputs: {} }
      })
      return { loss, ...applyOptimizer(optimizer, Object.keys(trained), quantised.chain(gradients), tensors) }
    },
  }
}
