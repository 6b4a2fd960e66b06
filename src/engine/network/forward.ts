/** The forward pass of a `Network` in TensorFlow.js operations. Feature maps are [B, C, H, W] as in PyTorch. */
import { named } from '#engine/program/named.ts'
import type { NamedTensors } from '#engine/program/program.ts'
import { tf } from '#engine/program/tfjs.ts'
import type { Network, NetworkNode } from '#networks/network.ts'
import { fillingOf } from '#networks/zero-padding.ts'
import { assertNever } from '#shared/basics/result.ts'
import { activationForms, prelu } from './activations.ts'
import { batchNormInference, batchNormTraining } from './batch-norm.ts'
import { channelShuffle, channelSlice, subsamplePad } from './channels.ts'
import { convolve } from './convolution.ts'
import { dropoutInput } from './dropout.ts'
import { adaptiveAveragePool, averagePool, maximumPool } from './pooling.ts'
import { asMap, asMatrix } from './tensor-rank.ts'

export interface ForwardOptions {
  /**
   * `inference` normalises by the running statistics, `training` by those of the batch, which are then returned.
   * Distillation uses `inference` for both networks (method 3).
   */
  readonly mode: 'inference' | 'training'
  /** Which maps to return for feature-map distillation; none when left out. */
  readonly featureMaps?: 'faithful' | 'documented'
  /** Is given the output of every convolution, bias included, and returns what the network goes on with. */
  readonly adjust?: (node: ConvolutionNode, output: tf.Tensor) => tf.Tensor
}

type ConvolutionNode = Extract<NetworkNode, { op: 'conv' }>

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
 * @param parameters by state dict name, in PyTorch layout (convolutions [filters, channels, height, width]); in training
 *   mode also the masks of dropout, as `dropoutMasks` names them
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
    const output = nodeOutput(node, { network, parameters, images, outputs, batchStatistics, mode: options.mode })
    outputs.set(node.id, node.op === 'conv' && options.adjust !== undefined ? options.adjust(node, output) : output)
  }
  const mapIds = options.featureMaps === undefined ? [] : network.featureMaps[options.featureMaps]
  return {
    logits: asMatrix(outputOf(outputs, network.output)),
    featureMaps: mapIds.map((id) => asMap(outputOf(outputs, id))),
    batchStatistics,
  }
}

interface ForwardState {
  readonly network: Network
  readonly parameters: NamedTensors
  readonly images: tf.Tensor4D
  readonly outputs: ReadonlyMap<string, tf.Tensor>
  readonly batchStatistics: BatchStatistics[]
  readonly mode: ForwardOptions['mode']
}

function nodeOutput(node: NetworkNode, state: ForwardState): tf.Tensor {
  const { parameters, images, outputs, mode } = state
  const input = (id: string): tf.Tensor => outputOf(outputs, id)
  switch (node.op) {
    case 'input':
      return images
    case 'conv':
      return convolution(node, asMap(input(node.input)), parameters)
    case 'batch-norm':
      return batchNorm(node, input(node.input), state)
    case 'relu':
      return tf.relu(input(node.input))
    case 'leaky-relu':
      return tf.leakyRelu(input(node.input), node.slope)
    case 'sigmoid':
      return tf.sigmoid(input(node.input))
    case 'hard-swish':
      return hardSwish(input(node.input))
    case 'activation':
      return activationForms(node.function).compute(input(node.input))
    case 'prelu':
      return prelu(input(node.input), named(parameters, node.slope))
    case 'one-pixel':
      return tf.reshape(input(node.input), [state.images.shape[0], -1, 1, 1])
    case 'multiply':
      return tf.mul(input(node.inputs[0]), input(node.inputs[1]))
    case 'pad':
      return tf.pad(
        input(node.input),
        [[0, 0], [...node.channels], [...node.rows], [...node.columns]],
        fillingOf(state.network, node.id),
      )
    case 'add':
      return tf.add(input(node.inputs[0]), input(node.inputs[1]))
    case 'subsample-pad':
      return subsamplePad(asMap(input(node.input)), node.channelsBefore, node.channelsAfter)
    case 'relu6':
      return tf.relu6(input(node.input))
    case 'concat':
      return node.inputs.length === 1 ? input(node.inputs[0] ?? '') : tf.concat(node.inputs.map(input), 1)
    case 'channel-slice':
      return channelSlice(asMap(input(node.input)), node.start, node.channels)
    case 'channel-shuffle':
      return channelShuffle(asMap(input(node.input)), node.groups)
    case 'max-pool':
      return maximumPool(asMap(input(node.input)), node)
    case 'average-pool':
      return averagePool(asMap(input(node.input)), node, node.countsPadding)
    case 'adaptive-average-pool':
      return adaptiveAveragePool(asMap(input(node.input)), node.size)
    case 'flatten':
      return tf.reshape(input(node.input), [state.images.shape[0], -1])
    case 'dropout':
      return mode === 'inference'
        ? input(node.input)
        : tf.mul(input(node.input), named(parameters, dropoutInput(node.id)))
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

function hardSwish(x: tf.Tensor): tf.Tensor {
  return tf.mul(x, tf.div(tf.relu6(tf.add(x, 3)), 6))
}

function convolution(node: ConvolutionNode, x: tf.Tensor4D, parameters: NamedTensors): tf.Tensor {
  const product = convolve(x, asMap(named(parameters, node.weight)), node)
  if (node.bias === undefined) return product
  return tf.add(product, tf.reshape(named(parameters, node.bias), [-1, 1, 1]))
}

function batchNorm(
  { prefix, epsilon }: Extract<NetworkNode, { op: 'batch-norm' }>,
  x: tf.Tensor,
  { parameters, mode, batchStatistics }: ForwardState,
): tf.Tensor {
  const weight = named(parameters, `${prefix}.weight`)
  const bias = named(parameters, `${prefix}.bias`)
  if (mode === 'inference') {
    const mean = named(parameters, `${prefix}.running_mean`)
    return batchNormInference(x, weight, bias, mean, named(parameters, `${prefix}.running_var`), epsilon)
  }
  const map = asMap(x)
  const { output, mean, variance } = batchNormTraining(map, weight, bias, epsilon)
  const count = map.size / map.shape[1]
  batchStatistics.push({ prefix, mean, unbiasedVariance: tf.mul(variance, count / (count - 1)) })
  return output
}

function outputOf(outputs: ReadonlyMap<string, tf.Tensor>, id: string): tf.Tensor {
  const output = outputs.get(id)
  if (output === undefined) throw new RangeError(`node ${id} is used before it is computed`)
  return output
}
