/**
 * Errors of codes shift and scale the channels of feature maps. The correction gives every channel the mean and deviation
 * back that it has in the original, on some images: convolution after convolution, each on the maps that the corrected ones
 * before it give, in one pass.
 */
import { networkForward } from '#engine/network/forward.ts'
import { imageSpec, normaliseImages } from '#engine/network/images.ts'
import { parameterSpecs } from '#engine/network/parameters.ts'
import { asMap } from '#engine/network/tensor-rank.ts'
import { named } from '#engine/program/named.ts'
import type { Program } from '#engine/program/program.ts'
import { tf } from '#engine/program/tfjs.ts'
import type { NetworkNode } from '#networks/network.ts'
import { underPrefix, withPrefix } from '#shared/basics/name-prefix.ts'
import type { HostTensors } from '#shared/tensors/host-tensor.ts'
import { exponentsPerOctave } from '#shared/tensors/spectral-layer.ts'
import type { CodedLayer, CodedNetwork } from './coded-layers.ts'

type ConvolutionNode = Extract<NetworkNode, { op: 'conv' }>

/** A channel is made at most twice as strong or half as strong: what dies out on a few images may matter on others. */
const mostExponent = exponentsPerOctave
/** Of a variance: channels that do not vary have nothing to correct. */
const smallestVariance = 1e-9
const copyPrefix = 'copy.'

/**
 * Input `images` [batch, channels, height, width], float32 of 0 to 255. Outputs, by the name of a coded layer:
 * `gain.<layer>` [filters], sixteenths of an octave to add to its gains, and `shift.<layer>` [filters], its new bias.
 * @param copy parameters of the folded network as a reader of the codes gets them
 */
export function correctionProgram(coded: CodedNetwork, copy: HostTensors, batch: number): Program {
  const { network } = coded.folded
  const { constants } = parameterSpecs(network, coded.parameters, 'none')
  const layers = new Map(coded.layers.map((layer) => [layer.name, layer]))
  return {
    name: 'spectral correction',
    inputs: { images: imageSpec(network, batch) },
    state: {},
    constants: { ...constants, ...withPrefix(parameterSpecs(network, copy, 'none').constants, copyPrefix) },
    build(tensors) {
      const images = normaliseImages(named(tensors, 'images'), network.preprocessing)
      const wanted = new Map<string, ChannelStatistics>()
      networkForward(network, tensors, images, {
        mode: 'inference',
        adjust(node, output) {
          wanted.set(node.id, statisticsOf(output))
          return output
        },
      })
      const outputs: Record<string, tf.Tensor> = {}
      const parameters = underPrefix(tensors, copyPrefix)
      networkForward(network, parameters, images, {
        mode: 'inference',
        adjust(node, output) {
          const [layer, target] = [layers.get(node.weight), wanted.get(node.id)]
          if (layer === undefined || target === undefined || outputs[`shift.${layer.name}`] !== undefined) return output
          const corrected = correctedChannels(layer, node, output, target, named(parameters, node.bias ?? layer.name))
          if (corrected === undefined) return output
          outputs[`gain.${layer.name}`] = corrected.exponents
          outputs[`shift.${layer.name}`] = corrected.bias
          return corrected.output
        },
      })
      return outputs
    },
  }
}

/** Of each channel, [C]. */
interface ChannelStatistics {
  readonly mean: tf.Tensor
  readonly variance: tf.Tensor
}

function statisticsOf(map: tf.Tensor): ChannelStatistics {
  const axes = [0, 2, 3]
  const mean = tf.mean(map, axes)
  return { mean, variance: tf.mean(tf.square(tf.sub(map, perChannel(mean))), axes) }
}

/** Undefined for a layer without gains or a bias: it has nothing that could take the correction. */
function correctedChannels(
  { gainExponents, biasName }: CodedLayer,
  node: ConvolutionNode,
  output: tf.Tensor,
  wanted: ChannelStatistics,
  bias: tf.Tensor,
): { readonly exponents: tf.Tensor; readonly bias: tf.Tensor; readonly output: tf.Tensor } | undefined {
  if (gainExponents === undefined || biasName === undefined || node.bias === undefined) return undefined
  const found = statisticsOf(asMap(output))
  const ratio = tf.div(tf.add(wanted.variance, smallestVariance), tf.add(found.variance, smallestVariance))
  const octaves = tf.div(tf.log(ratio), 2 * Math.LN2)
  const exponents = tf.clipByValue(tf.round(tf.mul(octaves, exponentsPerOctave)), -mostExponent, mostExponent)
  const gain = tf.exp(tf.mul(exponents, Math.LN2 / exponentsPerOctave))
  const centred = tf.sub(output, perChannel(found.mean))
  return {
    exponents,
    bias: tf.sub(wanted.mean, tf.mul(gain, tf.sub(found.mean, bias))),
    output: tf.add(tf.mul(centred, perChannel(gain)), perChannel(wanted.mean)),
  }
}

function perChannel(values: tf.Tensor): tf.Tensor {
  return tf.reshape(values, [values.size, 1, 1])
}
