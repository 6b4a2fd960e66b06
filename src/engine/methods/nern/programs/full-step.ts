/**
 * One step of the full objective: predicts all kernels, runs original and reconstructed network on a batch of images,
 * and updates the predictor by the gradient through the sampled kernels, or all of them.
 */
import { imageSpec, normaliseImages } from '#engine/network/images.ts'
import { parameterSpecs as networkParameterSpecs } from '#engine/network/parameters.ts'
import type { NamedTensors, Program } from '#engine/program/program.ts'
import { asMatrix, asVector } from '#engine/network/tensor-rank.ts'
import type { HostTensors, TensorSpecs } from '#shared/tensors/host-tensor.ts'
import { named } from '../../../program/named.ts'
import { without } from '#shared/basics/without.ts'
import {
  applyOptimizer,
  optimizerInputSpecs,
  optimizerStateSpecs,
  type Optimizer,
} from '../../../training/optimizers/optimizer.ts'
import { fakeQuantised, noQuantisation, scaleSpecs, type Quantisation } from '#engine/quantisation/fake-quantisation.ts'
import { zerosHeld } from '../predictor-pruning.ts'
import type { KernelTargets } from '../representation.ts'
import { cachedRows, cacheSpecs, refreshedRows, rowSourceSpecs } from './kernel-cache.ts'
import type { ImageBatch } from './image-parts.ts'
import {
  objectiveGradients,
  objectiveInputSpecs,
  sampledGradients,
  type DistillationOptions,
  type ObjectiveGradients,
  type ObjectiveOptions,
} from './objective-gradients.ts'

export interface FullStepOptions extends Omit<ObjectiveOptions, 'distillation'> {
  readonly targets: KernelTargets
  readonly optimizer: Optimizer
  /** Left out: the step has no images and its loss is that of reconstruction, of all kernels. */
  readonly distillation?: DistillationOptions & {
    /** All parameters of the original network. */
    readonly parameters: HostTensors
    readonly batch: number
  }
  /** Kernels with gradient a step; `all` needs no input `kernels`. */
  readonly sampledKernels: number | 'all'
  /**
   * Whether the rows of all kernels are kept between steps (kernel-cache.ts), for sampled kernels only. `filled`: the step
   * predicts all kernels and keeps them. `read`: it predicts the sampled ones, takes the others from the cache, and keeps
   * what it predicted. Left out: it predicts all and keeps nothing.
   */
  readonly cache?: 'filled' | 'read'
  /** Parameters the step rounds to their stored precision; none when left out. */
  readonly quantisation?: Quantisation
  /** Parameters whose zeros the step leaves at zero; none when left out. */
  readonly pruned?: readonly string[]
  /** Parameters the step leaves as they are; none when left out. */
  readonly frozen?: readonly string[]
}

/**
 * Inputs: with distillation `images` [batch, channels, height, width], float32 of 0 to 255, augmented, and where they are
 * given `originalLogits` [batch, classes]; `kernels` int32 [sampledKernels]; those of `objectiveInputs`,
 * `optimizerInputsAt` and, with a cache that is read, `rowSourcesOf`. State: the predictor's
 * parameters, with quantisation their scales, the optimiser's, and with a cache its own. Outputs, all [] and before the
 * step: `loss`, `reconstructionLoss` and, of the terms that are not left out, `featureMapLoss`, `distillationLoss`.
 */
export function fullStepProgram(options: FullStepOptions): Program {
  const { representation, targets, optimizer, distillation, sampledKernels, cache } = options
  const { quantisation = noQuantisation, pruned = [], frozen = [] } = options
  const { tables, parameterSpecs } = representation
  const scales = scaleSpecs(quantisation.plan, parameterSpecs)
  const trained = without(quantisation.learnsScales ? { ...parameterSpecs, ...scales } : parameterSpecs, frozen)
  const original =
    distillation && networkParameterSpecs(distillation.network, distillation.parameters, 'none').constants
  const isSampled = sampledKernels !== 'all'
  if (cache !== undefined && !isSampled) throw new RangeError('a step that predicts all kernels has no use for a cache')
  const kernelInput: TensorSpecs = isSampled ? { kernels: { shape: [sampledKernels], dtype: 'int32' } } : {}
  return {
    name: 'full-step',
    inputs: {
      ...(distillation === undefined ? {} : imageSpecs(distillation)),
      ...kernelInput,
      ...(cache === 'read' ? rowSourceSpecs(representation) : {}),
      ...objectiveInputSpecs,
      ...optimizerInputSpecs(optimizer),
    },
    state: {
      ...parameterSpecs,
      ...scales,
      ...optimizerStateSpecs(optimizer, trained),
      ...(cache === undefined ? {} : cacheSpecs(representation)),
    },
    constants: { ...tables.constants, ...targets.constants, ...original },
    build(tensors) {
      const quantised = fakeQuantised(quantisation, tensors)
      const { losses, gradients, kept } = gradientsOf(quantised.tensors, options)
      const hold = zerosHeld(pruned, tensors)
      const trainedGradients = hold(quantised.chain(gradients))
      const updated = applyOptimizer(optimizer, Object.keys(trained), trainedGradients, tensors)
      return { ...losses, ...kept, ...hold(updated) }
    },
  }
}

function imageSpecs({
  network,
  batch,
  hasOriginalLogits = false,
}: NonNullable<FullStepOptions['distillation']>): TensorSpecs {
  const logits: TensorSpecs = { originalLogits: { shape: [batch, network.classes], dtype: 'float32' } }
  return { images: imageSpec(network, batch), ...(hasOriginalLogits ? logits : {}) }
}

/** The images of a step, normalised, and what is known of them; undefined for a step without. */
function imageBatch(tensors: NamedTensors, { distillation }: FullStepOptions): ImageBatch | undefined {
  if (distillation === undefined) return undefined
  const images = normaliseImages(named(tensors, 'images'), distillation.network.preprocessing)
  const isGiven = distillation.hasOriginalLogits === true
  return { images, ...(isGiven ? { originalLogits: asMatrix(named(tensors, 'originalLogits')) } : {}) }
}

/** Losses and gradients, and what the cache becomes. */
function gradientsOf(
  tensors: NamedTensors,
  options: FullStepOptions,
): ObjectiveGradients & { readonly kept: NamedTensors } {
  const { representation, sampledKernels, cache } = options
  const batch = imageBatch(tensors, options)
  if (sampledKernels === 'all') return { ...objectiveGradients(tensors, options, batch), kept: {} }
  const kernels = asVector(named(tensors, 'kernels'))
  const refreshed = cache === 'read' ? refreshedRows(tensors, representation, kernels) : undefined
  const { rows, ...result } = sampledGradients(tensors, options, kernels, batch, refreshed)
  return { ...result, kept: cache === undefined ? {} : { [cachedRows]: rows } }
}
