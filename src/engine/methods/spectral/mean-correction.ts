import { float32Tensor, type HostTensor, type HostTensors } from '#shared/tensors/host-tensor.ts'
import { kernelShapeOf } from '#shared/tensors/represented-shape.ts'
import type { Network } from '#networks/network.ts'
import { tensorOf, type CodedNetwork } from './coded-layers.ts'
import { expectedMeans } from './expected-means.ts'

/**
 * Biases that take back what rounding moved the mean of every channel by: errors of a filter's weights times the means of
 * the maps they read, as the original's batch norms tell them. Where none does, the bias stays; so do those of weights that
 * several convolutions share. By the names of the biases, in float32.
 * @param original whose codes these are, before it was folded, with all its parameters
 * @param weights of the folded network as a reader of the codes gets them
 */
export function meanCorrectedBiases(
  original: { readonly network: Network; readonly parameters: HostTensors },
  coded: CodedNetwork,
  weights: HostTensors,
): HostTensors {
  const means = expectedMeans(original.network, original.parameters)
  const readers = coded.folded.network.nodes.filter((node) => node.op === 'conv' || node.op === 'linear')
  const biases = coded.layers.flatMap(({ name, shape, biasName }) => {
    const [reader, ...others] = readers.filter(({ weight }) => weight === name)
    const read = reader === undefined ? undefined : means.get(reader.input)
    if (biasName === undefined || read === undefined || others.length > 0) return []
    const bias = tensorOf(coded.parameters, biasName)
    const [filters, channels, height, width] = kernelShapeOf(shape)
    const groups = reader?.op === 'conv' ? reader.groups : 1
    if (read.length !== channels * groups) return []
    const pair = { before: tensorOf(coded.parameters, name).data, after: tensorOf(weights, name).data }
    const corrected = Float32Array.from({ length: filters }, (_, filter) => {
      const firstChannel = Math.floor(filter / (filters / groups)) * channels
      const kernels = { start: filter * channels * height * width, size: height * width }
      return (bias.data[filter] ?? 0) - meanError(pair, kernels, read.subarray(firstChannel, firstChannel + channels))
    })
    return [[biasName, float32Tensor(bias.shape, corrected)] as const]
  })
  return Object.fromEntries(biases)
}

interface WeightPair {
  readonly before: HostTensor['data']
  readonly after: HostTensor['data']
}

/** What a filter's errors add to its channel on average. */
function meanError(
  { before, after }: WeightPair,
  { start, size }: { readonly start: number; readonly size: number },
  means: Float64Array,
): number {
  let sum = 0
  means.forEach((mean, channel) => {
    if (mean === 0) return
    const end = start + (channel + 1) * size
    for (let at = end - size; at < end; at++) sum += mean * ((after[at] ?? 0) - (before[at] ?? 0))
  })
  return sum
}
