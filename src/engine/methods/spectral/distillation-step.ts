/**
 * One step of distilling the original network into a copy that computes with codes: the copy's kernels are those a reader of
 * the codes gets, and full-precision codes behind them learn by the straight-through estimator (Bengio et al. 2013). Beside
 * the copy's answers a step lowers the bits of the codes, by what their present frequencies say that a change would save.
 * Both networks have their batch norms folded.
 */
import { imageSpec, normaliseImages } from '#engine/network/images.ts'
import { networkForward, type ForwardResult } from '#engine/network/forward.ts'
import { parameterSpecs } from '#engine/network/parameters.ts'
import { named } from '#engine/program/named.ts'
import type { NamedTensors, Program } from '#engine/program/program.ts'
import { tf } from '#engine/program/tfjs.ts'
import { lossGradients } from '#engine/training/loss-gradients.ts'
import { distillationLoss } from '#engine/training/losses/distillation.ts'
import { stageMapLoss } from '#engine/training/losses/stage-maps.ts'
import {
  applyOptimizer,
  optimizerInputSpecs,
  optimizerStateSpecs,
  type Optimizer,
} from '#engine/training/optimizers/optimizer.ts'
import type { SpectralConfig } from '#shared/methods/spectral/config.ts'
import { float32Tensor, type HostTensors, type TensorSpecs } from '#shared/tensors/host-tensor.ts'
import { kernelShapeOf } from '#shared/tensors/represented-shape.ts'
import { kernelBasis } from '#shared/tensors/spectral-layer.ts'
import { largestPriced, slopeCount } from './code-rates.ts'
import type { CodedLayer, CodedNetwork } from './coded-layers.ts'
import { nameOf } from './latent-names.ts'

export interface CodeDistillationOptions {
  readonly coded: CodedNetwork
  readonly config: SpectralConfig
  readonly optimizer: Optimizer
  /** Codes stay as they are: scales and biases alone learn. */
  readonly isFrozen: boolean
}

/**
 * Inputs: `images` [batch, channels, height, width], float32 of 0 to 255, augmented; `bitPrice` [], what a bit costs in the
 * objective; those of `optimizerInputsAt`. State: that of `initialLatents` and the optimiser's, and `slopes.*`. Outputs, all
 * [] and before the step: `loss` without the price of the bits, `featureMapLoss`, `distillationLoss`.
 */
export function codeDistillationProgram(options: CodeDistillationOptions): Program {
  const { coded, config, optimizer, isFrozen } = options
  const { network } = coded.folded
  const { distillation } = config
  const { temperature, featureMapWeight, distillationWeight } = distillation
  const trained = latentSpecs(coded)
  const updated = Object.keys(trained).filter((name) => !(isFrozen && name.startsWith(nameOf.codes(''))))
  const { constants } = parameterSpecs(network, coded.parameters, 'none')
  return {
    name: isFrozen ? 'spectral distillation of scales' : 'spectral distillation',
    inputs: {
      images: imageSpec(network, distillation.dataBatch),
      bitPrice: { shape: [], dtype: 'float32' },
      ...optimizerInputSpecs(optimizer),
    },
    state: { ...trained, ...optimizerStateSpecs(optimizer, trained), ...slopeSpecs(coded) },
    constants: { ...constants, ...basisConstants(coded, config) },
    build(tensors) {
      const images = normaliseImages(named(tensors, 'images'), network.preprocessing)
      const forward = (parameters: NamedTensors): ForwardResult =>
        networkForward(network, parameters, images, { mode: 'inference', featureMaps: 'documented' })
      const original = forward(tensors)
      const rounded = roundedCodes(coded, tensors)
      const { loss, gradients, outputs } = lossGradients({ ...tensors, ...rounded }, updated, (given) => {
        const copy = forward({ ...tensors, ...copiedParameters(coded, config, given) })
        const maps = stageMapLoss(original.featureMaps, copy.featureMaps)
        const divergence = distillationLoss(original.logits, copy.logits, 'standard', temperature)
        const sum: tf.Scalar = tf.add(tf.mul(maps, featureMapWeight), tf.mul(divergence, distillationWeight))
        return { loss: sum, outputs: { featureMapLoss: maps, distillationLoss: divergence } }
      })
      const priced = isFrozen ? gradients : { ...gradients, ...withBitPrices(coded, gradients, tensors) }
      return { loss, ...outputs, ...applyOptimizer(optimizer, updated, priced, tensors) }
    },
  }
}

/** Everything that is trained. */
export function latentSpecs({ layers }: CodedNetwork): TensorSpecs {
  return Object.fromEntries(
    layers.flatMap(({ name, shape, size, isFine, stepExponents, gainExponents, biasName }) => {
      const [filters, channels] = kernelShapeOf(shape)
      const own = isFine
        ? [[nameOf.weight(name), [filters, channels]] as const]
        : [
            [nameOf.codes(name), [filters * channels, size]] as const,
            [nameOf.steps(name), [stepExponents.length]] as const,
            ...(gainExponents === undefined ? [] : [[nameOf.gains(name), [filters]] as const]),
          ]
      const bias = biasName === undefined ? [] : [[nameOf.bias(biasName), [filters]] as const]
      return [...own, ...bias].map(([key, extents]) => [key, { shape: extents, dtype: 'float32' }] as const)
    }),
  )
}

function slopeSpecs({ layers }: CodedNetwork): TensorSpecs {
  return Object.fromEntries(
    layers.flatMap(({ name, isFine, stepExponents }) =>
      isFine ? [] : [[nameOf.slopes(name), { shape: [stepExponents.length * slopeCount], dtype: 'float32' }] as const],
    ),
  )
}

function codedOnly({ layers }: CodedNetwork): readonly CodedLayer[] {
  return layers.filter(({ isFine }) => !isFine)
}

/** Codes as a reader gets them, under the names of those behind them: the gradient by both is the same. */
function roundedCodes(coded: CodedNetwork, tensors: NamedTensors): NamedTensors {
  return Object.fromEntries(
    codedOnly(coded).map(({ name }) => [nameOf.codes(name), tf.round(named(tensors, nameOf.codes(name)))]),
  )
}

/** Parameters of the copy under the names of the folded network. */
function copiedParameters({ layers }: CodedNetwork, config: SpectralConfig, given: NamedTensors): NamedTensors {
  return Object.fromEntries(
    layers.flatMap((layer) => {
      const { name, biasName, isFine } = layer
      const weight = isFine ? named(given, nameOf.weight(name)) : weightOf(layer, config, given)
      const bias = biasName === undefined ? [] : [[biasName, named(given, nameOf.bias(biasName))] as const]
      return [[name, weight] as const, ...bias]
    }),
  )
}

function weightOf(
  { name, shape, size, gainExponents }: CodedLayer,
  config: SpectralConfig,
  given: NamedTensors,
): tf.Tensor {
  const [filters, channels] = kernelShapeOf(shape)
  const coefficients = tf.mul(named(given, nameOf.codes(name)), tf.exp(named(given, nameOf.steps(name))))
  const kernels =
    size === 1 || config.transform === 'none' ? coefficients : tf.matMul(coefficients, named(given, basisName(shape)))
  const rows = tf.reshape(kernels, [filters, channels * size])
  const scaled =
    gainExponents === undefined
      ? rows
      : tf.mul(rows, tf.reshape(tf.exp(named(given, nameOf.gains(name))), [filters, 1]))
  return tf.reshape(scaled, [...shape])
}

/** Gradients by codes with what their bits cost: the slope of the bits between the codes on both sides. */
function withBitPrices(coded: CodedNetwork, gradients: NamedTensors, tensors: NamedTensors): NamedTensors {
  return Object.fromEntries(
    codedOnly(coded).map(({ name, stepExponents }) => {
      const codes = named(tensors, nameOf.codes(name))
      const below = tf.clipByValue(tf.floor(codes), -largestPriced, largestPriced - 1)
      const tables = Float32Array.from(stepExponents, (_, at) => at * slopeCount + largestPriced)
      const places = tf.cast(tf.add(below, tf.tensor1d(tables)), 'int32')
      const slopes = tf.gather(named(tensors, nameOf.slopes(name)), places)
      const price = tf.mul(slopes, named(tensors, 'bitPrice'))
      return [nameOf.codes(name), tf.add(named(gradients, nameOf.codes(name)), price)]
    }),
  )
}

function basisName(shape: CodedLayer['shape']): string {
  const [, , height, width] = kernelShapeOf(shape)
  return `basis.${height}x${width}`
}

/** [frequencies, positions] by kernel size. */
function basisConstants({ layers }: CodedNetwork, { transform }: SpectralConfig): HostTensors {
  if (transform === 'none') return {}
  return Object.fromEntries(
    layers
      .filter(({ size, isFine }) => size > 1 && !isFine)
      .map(({ shape, size }) => {
        const [, , height, width] = kernelShapeOf(shape)
        const rows = kernelBasis(height, width).flatMap((picture) => [...picture])
        return [basisName(shape), float32Tensor([size, size], Float32Array.from(rows))]
      }),
  )
}
