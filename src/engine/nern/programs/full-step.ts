/**
 * One step of the full objective: predicts all kernels, runs original and reconstructed network on a batch of images,
 * and updates the predictor by the gradient through the sampled kernels, or all of them.
 */
import { imageSpec, normaliseImages } from '#engine/network-images.ts'
import { parameterSpecs as networkParameterSpecs } from '#engine/network-parameters.ts'
import type { Program } from '#engine/program/program.ts'
import { asVector } from '#engine/tensor-rank.ts'
import type { HostTensors, TensorSpecs } from '#shared/host-tensor.ts'
import { named } from '../named.ts'
import { applyOptimizer, optimizerInputSpecs, optimizerStateSpecs, type Optimizer } from '../optimizers/optimizer.ts'
import { fakeQuantised, scaleSpecs, type QuantisationPlan } from '#engine/quantization/fake-quantization.ts'
import type { KernelTargets } from '../representation.ts'
import {
  objectiveGradients,
  objectiveInputSpecs,
  type DistillationOptions,
  type ObjectiveOptions,
} from './objective-gradients.ts'

export interface FullStepOptions extends Omit<ObjectiveOptions, 'distillation'> {
  readonly targets: KernelTargets
  readonly optimizer: Optimizer
  readonly distillation: DistillationOptions & {
    /** All parameters of the original network. */
    readonly parameters: HostTensors
    readonly batch: number
  }
  /** Kernels with gradient a step; `all` needs no input `kernels`. */
  readonly sampledKernels: number | 'all'
  /** Parameters the step rounds to their stored precision, with learned scales; none when left out. */
  readonly quantisation?: QuantisationPlan
}

/**
 * Inputs: `images` [batch, channels, height, width], float32 of 0 to 255, augmented; `kernels` int32 [sampledKernels];
 * those of `objectiveInputs` and `optimizerInputsAt`. State: the predictor's parameters, with quantisation their scales,
 * and the optimiser's. Outputs, all [] and before the step: `loss`, `reconstructionLoss`, `featureMapLoss`, `distillationLoss`.
 */
export function fullStepProgram(options: FullStepOptions): Program {
  const { representation, targets, optimizer, distillation, sampledKernels, quantisation = {} } = options
  const { tables, parameterSpecs } = representation
  const trained = { ...parameterSpecs, ...scaleSpecs(quantisation, parameterSpecs) }
  const { network, batch } = distillation
  const original = networkParameterSpecs(network, distillation.parameters, 'none')
  const isSampled = sampledKernels !== 'all'
  const kernelInput: TensorSpecs = isSampled ? { kernels: { shape: [sampledKernels], dtype: 'int32' } } : {}
  return {
    name: 'full-step',
    inputs: {
      images: imageSpec(network, batch),
      ...kernelInput,
      ...objectiveInputSpecs,
      ...optimizerInputSpecs(optimizer),
    },
    state: { ...trained, ...optimizerStateSpecs(optimizer, trained) },
    constants: { ...tables.constants, ...targets.constants, ...original.constants },
    build(tensors) {
      const images = normaliseImages(named(tensors, 'images'), network.preprocessing)
      const kernels = isSampled ? asVector(named(tensors, 'kernels')) : undefined
      const quantised = fakeQuantised(quantisation, tensors)
      const { losses, gradients } = objectiveGradients(quantised.tensors, options, images, kernels)
      return { ...losses, ...applyOptimizer(optimizer, Object.keys(trained), quantised.chain(gradients), tensors) }
    },
  }
}
