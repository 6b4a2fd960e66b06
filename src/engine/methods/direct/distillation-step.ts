/**
 * One step of distilling the original network into a copy of itself that is stored in fewer bytes: the copy computes with
 * the kernels a reader of the stored file would get (rounded, or with the pruned ones at zero), and learns to answer as
 * the original does. All but the running statistics of batch-norm is trained; both networks are in inference mode.
 */
import { lossGradients } from '#engine/training/loss-gradients.ts'
import { imageSpec, normaliseImages } from '#engine/network/images.ts'
import { parameterSpecs } from '#engine/network/parameters.ts'
import { networkForward, type ForwardResult } from '#engine/network/forward.ts'
import { distillationLoss } from '#engine/training/losses/distillation.ts'
import { featureMapLoss } from '#engine/training/losses/feature-maps.ts'
import { named } from '#engine/program/named.ts'
import {
  applyOptimizer,
  optimizerInputSpecs,
  optimizerStateSpecs,
  type Optimizer,
} from '#engine/training/optimizers/optimizer.ts'
import type { NamedTensors, Program } from '#engine/program/program.ts'
import { tf } from '#engine/program/tfjs.ts'
import {
  fakeQuantised,
  initialScales,
  scaleName,
  scaleSpecs,
  type QuantisationPlan,
} from '#engine/quantisation/fake-quantisation.ts'
import type { Network } from '#networks/network.ts'
import { float32Tensor, type HostTensor, type HostTensors, type TensorSpecs } from '#shared/tensors/host-tensor.ts'
import { underPrefix, withPrefix } from '#shared/basics/name-prefix.ts'
import type { KernelMasks } from './kernel-method.ts'

export interface DistillationStepOptions {
  readonly network: Network
  /** Of the original network, all of them. */
  readonly parameters: HostTensors
  readonly batch: number
  readonly optimizer: Optimizer
  /** Kernels that are rounded, with learned scales; none when left out. */
  readonly quantisation: QuantisationPlan
  /** Kernels of which some weights stay zero; none when left out. */
  readonly masks: KernelMasks
  readonly featureMapWeight: number
  readonly distillationWeight: number
  readonly temperature: number
}

/** Parameters of the copy, apart from those of the original, which have the same names. */
const prefix = 'copy.'

/**
 * Inputs: `images` [batch, channels, height, width], float32 of 0 to 255, augmented; those of `optimizerInputsAt`. State:
 * that of `initialCopy` and the optimiser's. Outputs, all [] and before the step: `loss`, `featureMapLoss`,
 * `distillationLoss`.
 */
export function distillationStepProgram(options: DistillationStepOptions): Program {
  const { network, optimizer, batch, quantisation, masks, temperature } = options
  const parameters = copySpecs(network)
  const plan = withPrefix(quantisation, prefix)
  const trained = { ...parameters, ...scaleSpecs(plan, parameters) }
  const { constants } = parameterSpecs(network, options.parameters, 'none')
  const maskTensors = maskConstants(network, masks)
  return {
    name: 'baseline distillation',
    inputs: { images: imageSpec(network, batch), ...optimizerInputSpecs(optimizer) },
    state: { ...trained, ...optimizerStateSpecs(optimizer, trained) },
    constants: { ...constants, ...maskTensors },
    build(tensors) {
      const images = normaliseImages(named(tensors, 'images'), network.preprocessing)
      const forward = (given: NamedTensors): ForwardResult =>
        networkForward(network, given, images, { mode: 'inference', featureMaps: 'documented' })
      const original = forward(tensors)
      const quantised = fakeQuantised({ plan, learnsScales: true }, tensors)
      const masked = { ...quantised.tensors, ...productsWithMasks(maskTensors, quantised.tensors, tensors) }
      const { loss, gradients, outputs } = lossGradients(masked, Object.keys(parameters), (given) => {
        const copy = forward({ ...tensors, ...underPrefix(given, prefix) })
        const maps = featureMapLoss(original.featureMaps, copy.featureMaps)
        const divergence = distillationLoss(original.logits, copy.logits, 'standard', temperature)
        const sum: tf.Scalar = tf.add(
          tf.mul(maps, options.featureMapWeight),
          tf.mul(divergence, options.distillationWeight),
        )
        return { loss: sum, outputs: { featureMapLoss: maps, distillationLoss: divergence } }
      })
      const chained = quantised.chain({ ...gradients, ...productsWithMasks(maskTensors, gradients, tensors) })
      return { loss, ...outputs, ...applyOptimizer(optimizer, Object.keys(trained), chained, tensors) }
    },
  }
}

/** The copy before the first step: the original itself, with the scales that round it best. */
export function initialCopy(network: Network, parameters: HostTensors, quantisation: QuantisationPlan): HostTensors {
  const copy = Object.keys(copySpecs(network)).map((name) => {
    const tensor = parameters[name.slice(prefix.length)]
    if (tensor === undefined) throw new RangeError(`no parameter ${name} to begin with`)
    return [name, tensor] as const
  })
  const tensors = Object.fromEntries(copy)
  return { ...tensors, ...initialScales(withPrefix(quantisation, prefix), tensors) }
}

/** What was learned, under the names of the original: parameters, and scales as `storedParameters` looks for them. */
export function learnedParameters(copy: HostTensors): HostTensors {
  const scales = scaleName(prefix)
  return Object.fromEntries(
    Object.entries(copy).map(([name, tensor]) => [
      name.startsWith(scales) ? scaleName(name.slice(scales.length)) : name.slice(prefix.length),
      tensor,
    ]),
  )
}

function copySpecs({ parameters }: Network): TensorSpecs {
  const trained = parameters.filter(({ role }) => role !== 'bn-mean' && role !== 'bn-variance')
  return Object.fromEntries(trained.map(({ name, shape }) => [`${prefix}${name}`, { shape, dtype: 'float32' }]))
}

function maskConstants({ representedLayers }: Network, masks: KernelMasks): HostTensors {
  const constants = representedLayers.flatMap(({ name, shape }): readonly (readonly [string, HostTensor])[] => {
    const mask = masks[name]
    return mask === undefined ? [] : [[`mask.${name}`, float32Tensor(shape, Float32Array.from(mask))]]
  })
  return Object.fromEntries(constants)
}

/** Kernels, or their gradients, with zeros where nothing is stored. */
function productsWithMasks(masks: HostTensors, values: NamedTensors, tensors: NamedTensors): NamedTensors {
  return Object.fromEntries(
    Object.keys(masks).map((mask) => {
      const name = `${prefix}${mask.slice('mask.'.length)}`
      return [name, tf.mul(named(values, name), named(tensors, mask))]
    }),
  )
}
