/**
 * One step of supervised training of an original network, as one program (He et al. 2016, section 4.2), on request with a
 * term that makes neighbouring kernels alike (method 5.1).
 */
import type { NamedTensors, Program } from '#engine/program/program.ts'
import { tf } from '#engine/program/tfjs.ts'
import type { Network } from '#networks/network.ts'
import { float32Tensor, int32Tensor, type HostTensors, type TensorSpecs } from '#shared/tensors/host-tensor.ts'
import { lossGradients } from './loss-gradients.ts'
import { named } from '../program/named.ts'
import {
  applyOptimizer,
  initialOptimizerState,
  optimizerInputsAt,
  optimizerInputSpecs,
  optimizerStateSpecs,
} from './optimizers/optimizer.ts'
import { sgd, type SgdOptions } from './optimizers/sgd.ts'
import { smoothnessLoss, type SmoothnessForm } from './smoothness.ts'
import { dropoutSpecs } from '../network/dropout.ts'
import { imageSpec, normaliseImages } from '../network/images.ts'
import { networkForward, type BatchStatistics } from '../network/forward.ts'
import { asMap, asVector } from '../network/tensor-rank.ts'

/** Share of the batch's statistics in the new running ones. */
const statisticsMomentum = 0.1

export interface TrainOriginalOptions extends SgdOptions {
  readonly batch: number
  /** Probability spread evenly over all classes; 0 trains on the labels alone. */
  readonly labelSmoothing: number
  /** Smoothness of the represented layers; `weight` is the factor of its loss, and 0 leaves it out. */
  readonly smoothness: { readonly form: SmoothnessForm; readonly weight: number }
  /** Whether images are blends of two (mixup), with a second label each. */
  readonly isMixed: boolean
}

/**
 * Inputs `images` ([batch, channels, height, width], float32 of 0 to 255, augmented by the caller), `labels` (int32
 * [batch]), those of `mixedLabelInputs` when images are mixed, of `dropoutMasks` and of `trainOriginalInputsAt`. State: all
 * parameters of the network and the optimiser's. Outputs `loss` (mean cross entropy, with smoothness plus its weighted term;
 * weight decay not counted) and `correct` (images whose highest logit, in training mode, is their label; of a mixed one each
 * label counts by its share; float32); with smoothness also the two terms of the loss, `crossEntropy` and `smoothnessTerm`.
 * Weight decay acts on every trained parameter, batch-norm included, as PyTorch's default does.
 */
export function trainOriginalProgram(network: Network, options: TrainOriginalOptions): Program {
  const { batch, labelSmoothing, smoothness, isMixed } = options
  const optimizer = sgd(options)
  const trained = trainedParameters(network)
  return {
    name: `train ${network.architecture}`,
    inputs: {
      images: imageSpec(network, batch),
      labels: { shape: [batch], dtype: 'int32' },
      ...(isMixed ? mixedLabelSpecs(batch) : {}),
      ...dropoutSpecs(network, batch),
      ...optimizerInputSpecs(optimizer),
    },
    state: { ...allParameters(network), ...optimizerStateSpecs(optimizer, trained) },
    constants: {},
    build(tensors) {
      const images = normaliseImages(named(tensors, 'images'), network.preprocessing)
      const labels = targetLabels(tensors, isMixed)
      const { loss, gradients, outputs } = lossGradients(tensors, Object.keys(trained), (parameters) => {
        const { logits, batchStatistics } = networkForward(network, parameters, images, { mode: 'training' })
        const answers = tf.argMax(logits, 1)
        const correct = tf.sum(weighted(labels, (of) => tf.cast(tf.equal(answers, of), 'float32')))
        const statistics = runningStatistics(parameters, batchStatistics)
        const entropy = crossEntropy(logits, labels, labelSmoothing)
        if (smoothness.weight === 0) return { loss: entropy, outputs: { correct, ...statistics } }
        const weights = network.representedLayers.map(({ name }) => asMap(named(parameters, name)))
        const term: tf.Scalar = tf.mul(smoothnessLoss(smoothness.form, weights), smoothness.weight)
        const terms = { crossEntropy: entropy, smoothnessTerm: term }
        return { loss: tf.add(entropy, term), outputs: { correct, ...statistics, ...terms } }
      })
      return { loss, ...outputs, ...applyOptimizer(optimizer, Object.keys(trained), gradients, tensors) }
    },
  }
}

/** Labels that an image has, and what each counts for. */
type TargetLabels = readonly { readonly labels: tf.Tensor1D; readonly share?: tf.Tensor }[]

function mixedLabelSpecs(batch: number): TensorSpecs {
  return { otherLabels: { shape: [batch], dtype: 'int32' }, labelShare: { shape: [], dtype: 'float32' } }
}

/** Second labels of mixed images, and the share of the first. */
export function mixedLabelInputs(otherLabels: Int32Array, share: number): HostTensors {
  return {
    otherLabels: int32Tensor([otherLabels.length], otherLabels),
    labelShare: float32Tensor([], Float32Array.of(share)),
  }
}

function targetLabels(tensors: NamedTensors, isMixed: boolean): TargetLabels {
  const labels = asVector(named(tensors, 'labels'))
  if (!isMixed) return [{ labels }]
  const share = named(tensors, 'labelShare')
  return [
    { labels, share },
    { labels: asVector(named(tensors, 'otherLabels')), share: tf.sub(1, share) },
  ]
}

/** The sum over an image's labels of what `of` says of each, by their shares. */
function weighted(targets: TargetLabels, of: (labels: tf.Tensor1D) => tf.Tensor): tf.Tensor {
  const terms = targets.map(({ labels, share }) => (share === undefined ? of(labels) : tf.mul(of(labels), share)))
  return terms.reduce((sum, term) => tf.add(sum, term))
}

/** The optimiser's inputs at a step, 1 for the first. */
export function trainOriginalInputsAt(options: SgdOptions, step: number, learningRate: number): HostTensors {
  return optimizerInputsAt(sgd(options), step, learningRate)
}

/** State before the first step from `parameters` (all of the network's). */
export function initialTrainOriginalState(network: Network, options: SgdOptions, parameters: HostTensors): HostTensors {
  const trained = new Set(Object.keys(trainedParameters(network)))
  const values = Object.fromEntries(Object.entries(parameters).filter(([name]) => trained.has(name)))
  return { ...parameters, ...initialOptimizerState(sgd(options), values) }
}

/** Mean over the batch of - sum_k t_k log p_k, with t = (1 - smoothing) labels + smoothing / classes. */
function crossEntropy(logits: tf.Tensor2D, labels: TargetLabels, smoothing: number): tf.Scalar {
  const [batch, classes] = logits.shape
  const oneHot = weighted(labels, (of) => tf.cast(tf.oneHot(of, classes), 'float32'))
  const targets = smoothing === 0 ? oneHot : tf.add(tf.mul(oneHot, 1 - smoothing), smoothing / classes)
  return tf.mul(tf.sum(tf.mul(targets, tf.logSoftmax(logits))), -1 / batch)
}

function runningStatistics(parameters: NamedTensors, statistics: readonly BatchStatistics[]): NamedTensors {
  const moved = (name: string, value: tf.Tensor): tf.Tensor =>
    tf.add(tf.mul(named(parameters, name), 1 - statisticsMomentum), tf.mul(value, statisticsMomentum))
  return Object.fromEntries(
    statistics.flatMap(({ prefix, mean, unbiasedVariance }) => [
      [`${prefix}.running_mean`, moved(`${prefix}.running_mean`, mean)],
      [`${prefix}.running_var`, moved(`${prefix}.running_var`, unbiasedVariance)],
    ]),
  )
}

function allParameters(network: Network): TensorSpecs {
  return Object.fromEntries(network.parameters.map(({ name, shape }) => [name, { shape, dtype: 'float32' }]))
}

function trainedParameters(network: Network): TensorSpecs {
  const trained = network.parameters.filter(({ role }) => role !== 'bn-mean' && role !== 'bn-variance')
  return Object.fromEntries(trained.map(({ name, shape }) => [name, { shape, dtype: 'float32' }]))
}
