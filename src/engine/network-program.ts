/** The forward pass of a `Network` in TensorFlow.js operations. Feature maps are [B, C, H, W] as in PyTorch. */
import { named } from '#engine/nern/named.ts'
import type { NamedTensors } from '#engine/program/program.ts'
import { tf } from '#engine/program/tfjs.ts'
import type { Network, NetworkNode, Pair } from '#networks/network.ts'
import { AppException, assertNever } from '#shared/result.ts'
import { batchNormInference, batchNormTraining } from './network-batch-norm.ts'
import { asMap, asMatrix } from './tensor-rank.ts'

export interface ForwardOptions {
  /**
   * `inference` normalises by the running statistics, `training` by those of the batch, which are then returned.
   * Distillation uses `inference` for both networks (method 3).
   */
  readonly mode: 'inference' | 'training'
  /** Which maps to return for feature-map distillation; none when left out. */
  readonly featureMaps?: 'faithful' | 'documented'
}

export interface BatchStatistics {
  /** Parameter name prefix of the batch-norm layer. */
  readonly prefix: string
  /** [C] */
  readonly mean: tf.Tensor
  /** [C], with Bessel's correction, as running statistics take it. */
  readonly unbiasedVariance: tf.Tensor
}

export interface ForwardResult {
  /** [B, classes] */
  readonly logits: tf.Tensor2D
  /** Each [B, C, H, W], in the order of the network's list; an id that occurs twice gives the same tensor twice. */
  readonly featureMaps: readonly tf.Tensor4D[]
  /** One entry a batch-norm layer in training mode, else empty. */
  readonly batchStatistics: readonly BatchStatistics[]
}

/**
 * @param parameters by state dict name, in PyTorch layout (convolutions [filters, channels, height, width])
 * @param images [B, C, H, W], already normalised
 */
export function networkForward(
  network: Network,
  parameters: NamedTensors,
  images: tf.Tensor4D,
  options: ForwardOptions,
): ForwardResult {
  const outputs = new Map<string, tf.Tensor>()
  const batchStatistics: BatchStatistics[] = []
  for (const node of network.nodes) {
    outputs.set(node.id, nodeOutput(node, { parameters, images, outputs, batchStatistics, mode: options.mode }))
  }
  const mapIds = options.featureMaps === undefined ? [] : network.featureMaps[options.featureMaps]
  return {
    logits: asMatrix(outputOf(outputs, network.output)),
    featureMaps: mapIds.map((id) => asMap(outputOf(outputs, id))),
    batchStatistics,
  }
}

interface ForwardState {
  readonly parameters: NamedTensors
  readonly images: tf.Tensor4D
  readonly outputs: ReadonlyMap<string, tf.Tensor>
  readonly batchStatistics: BatchStatistics[]
  readonly mode: ForwardOptions['mode']
}

function nodeOutput(node: NetworkNode, state: ForwardState): tf.Tensor {
  const { parameters, images, outputs } = state
  const input = (id: string): tf.Tensor => outputOf(outputs, id)
  switch (node.op) {
    case 'input':
      return images
    case 'conv':
      return convolution(node, asMap(input(node.input)), parameters)
    case 'batch-norm':
      return batchNorm(node, asMap(input(node.input)), state)
    case 'relu':
      return tf.relu(input(node.input))
    case 'add':
      return tf.add(input(node.inputs[0]), input(node.inputs[1]))
    case 'subsample-pad':
      return subsamplePad(asMap(input(node.input)), node.channelsBefore, node.channelsAfter)
    case 'global-average-pool':
      return tf.mean(input(node.input), [2, 3])
    case 'linear': {
      const product = tf.matMul(input(node.input), named(parameters, node.weight), false, true)
      return node.bias === undefined ? product : tf.add(product, named(parameters, node.bias))
    }
    default:
      return assertNever(node)
  }
}

function convolution(node: Extract<NetworkNode, { op: 'conv' }>, x: tf.Tensor4D, parameters: NamedTensors): tf.Tensor {
  if (node.groups !== 1) {
    throw new AppException({ code: 'op-unsupported', message: `Convolution ${node.id} has ${node.groups} groups.` })
  }
  const weight = asMap(named(parameters, node.weight))
  const product = convolve(x, weight, node.stride, node.padding, node.dilation)
  if (node.bias === undefined) return product
  return tf.add(product, tf.reshape(named(parameters, node.bias), [-1, 1, 1]))
}

/** @param weight [filters, channels, height, width]; TensorFlow.js wants HWIO, compilation cancels the transpose. */
function convolve(x: tf.Tensor4D, weight: tf.Tensor4D, stride: Pair, padding: Pair, dilation: Pair): tf.Tensor4D {
  const [vertical, horizontal] = padding
  return tf.conv2d(
    x,
    tf.transpose(weight, [2, 3, 1, 0]),
    [...stride],
    // Explicit, because TensorFlow's `same` pads strided convolutions differently from PyTorch.
    [
      [0, 0],
      [0, 0],
      [vertical, vertical],
      [horizontal, horizontal],
    ],
    'NCHW',
    [...dilation],
  )
}

function batchNorm(
  { prefix, epsilon }: Extract<NetworkNode, { op: 'batch-norm' }>,
  x: tf.Tensor4D,
  { parameters, mode, batchStatistics }: ForwardState,
): tf.Tensor4D {
  const weight = named(parameters, `${prefix}.weight`)
  const bias = named(parameters, `${prefix}.bias`)
  if (mode === 'inference') {
    const mean = named(parameters, `${prefix}.running_mean`)
    return batchNormInference(x, weight, bias, mean, named(parameters, `${prefix}.running_var`), epsilon)
  }
  const { output, mean, variance } = batchNormTraining(x, weight, bias, epsilon)
  const count = x.size / x.shape[1]
  batchStatistics.push({ prefix, mean, unbiasedVariance: tf.mul(variance, count / (count - 1)) })
  return output
}

/**
 * Every second pixel and zero channels around: a 1 x 1 convolution of stride 2 whose filters are unit vectors. One
 * operation instead of a strided slice, which has no gradient in TensorFlow.js, and a padding.
 */
function subsamplePad(x: tf.Tensor4D, channelsBefore: number, channelsAfter: number): tf.Tensor4D {
  const channels = x.shape[1]
  const filters = channelsBefore + channels + channelsAfter
  const selection = new Float32Array(filters * channels)
  for (let channel = 0; channel < channels; channel++) selection[(channelsBefore + channel) * channels + channel] = 1
  return convolve(x, tf.tensor4d(selection, [filters, channels, 1, 1]), [2, 2], [0, 0], [1, 1])
}

function outputOf(outputs: ReadonlyMap<string, tf.Tensor>, id: string): tf.Tensor {
  const output = outputs.get(id)
  if (output === undefined) throw new RangeError(`node ${id} is used before it is computed`)
  return output
}
