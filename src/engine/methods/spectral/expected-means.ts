/**
 * What a network's batch norms say of its feature maps without a single image. After a batch norm every channel has the mean
 * and deviation of its shift and scale; taken as normally distributed and independent of each other, they are followed
 * through what comes before the next convolution (Nagel et al. 2019, section 4.2, followed further than one ReLU).
 */
import { inputsOf } from '#networks/node-inputs.ts'
import { batchNormParameters, type Network, type NetworkNode } from '#networks/network.ts'
import type { HostTensors } from '#shared/tensors/host-tensor.ts'

/** Of the numbers of a map, by channel. */
interface Moments {
  readonly means: Float64Array
  readonly variances: Float64Array
}

/**
 * Mean of every channel of a node's output by the node's id, as far as batch norms tell it. Images are taken to be
 * normalised: their means are 0.
 * @param parameters all of `network`, which has its batch norms still
 */
export function expectedMeans(network: Network, parameters: HostTensors): ReadonlyMap<string, Float64Array> {
  const known = new Map<string, Moments>()
  for (const node of network.nodes) {
    const inputs = inputsOf(node).map((id) => known.get(id))
    const moments = momentsOf(node, inputs, network, parameters)
    if (moments !== undefined) known.set(node.id, moments)
  }
  return new Map([...known].map(([id, { means }]) => [id, means]))
}

function momentsOf(
  node: NetworkNode,
  inputs: readonly (Moments | undefined)[],
  { inputShape }: Network,
  parameters: HostTensors,
): Moments | undefined {
  if (node.op === 'input') {
    return { means: new Float64Array(inputShape.channels), variances: new Float64Array(inputShape.channels).fill(1) }
  }
  if (node.op === 'batch-norm') return ofBatchNorm(node.prefix, parameters)
  if (node.op === 'concat') return joined(inputs)
  const [first, second] = inputs
  if (first === undefined) return undefined
  const apply = pointwiseFunction(node, parameters)
  if (apply !== undefined) return through(apply, first)
  switch (node.op) {
    case 'add':
      return second === undefined ? undefined : sumOf(first, second)
    case 'channel-slice':
      return picked(first, (values) => values.slice(node.start, node.start + node.channels))
    case 'subsample-pad':
      return picked(first, (values) => padded(values, node.channelsBefore, node.channelsAfter))
    // Averages have the same mean and a smaller variance, which only a further function would need.
    case 'dropout':
    case 'global-average-pool':
    case 'one-pixel':
      return first
    default:
      return undefined
  }
}

function ofBatchNorm(prefix: string, parameters: HostTensors): Moments | undefined {
  const [scale, shift] = batchNormParameters(prefix).map((name) => parameters[name]?.data)
  if (scale === undefined || shift === undefined) return undefined
  return { means: Float64Array.from(shift), variances: Float64Array.from(scale, (gamma) => gamma * gamma) }
}

type Pointwise = (value: number, channel: number) => number

/** Of a node that changes number by number. */
function pointwiseFunction(node: NetworkNode, parameters: HostTensors): Pointwise | undefined {
  switch (node.op) {
    case 'relu':
      return (value) => Math.max(0, value)
    case 'relu6':
      return (value) => Math.min(6, Math.max(0, value))
    case 'leaky-relu':
      return (value) => (value > 0 ? value : node.slope * value)
    case 'sigmoid':
      return (value) => 1 / (1 + Math.exp(-value))
    case 'hard-swish':
      return (value) => (value * Math.min(6, Math.max(0, value + 3))) / 6
    case 'prelu': {
      const slopes = parameters[node.slope]?.data
      if (slopes === undefined) return undefined
      return (value, channel) => (value > 0 ? value : (slopes[slopes.length === 1 ? 0 : channel] ?? 0) * value)
    }
    default:
      return undefined
  }
}

/** Mean and variance of a function of normally distributed numbers: a sum over a fine grid of their density. */
function through(apply: Pointwise, { means, variances }: Moments): Moments {
  const moments = Array.from(means, (mean, channel) => {
    const deviation = Math.sqrt(variances[channel] ?? 0)
    let [first, second] = [0, 0]
    for (const { place, share } of normalGrid) {
      const value = apply(mean + deviation * place, channel)
      first += share * value
      second += share * value * value
    }
    return { mean: first, variance: Math.max(0, second - first * first) }
  })
  return {
    means: Float64Array.from(moments, ({ mean }) => mean),
    variances: Float64Array.from(moments, ({ variance }) => variance),
  }
}

/** Places of a standard normal variable, up to five deviations away, with shares of its density that add up to 1. */
const normalGrid = (() => {
  const places = Array.from({ length: 201 }, (_, at) => (at - 100) / 20)
  const densities = places.map((place) => Math.exp((-place * place) / 2))
  const total = densities.reduce((sum, density) => sum + density)
  return places.map((place, at) => ({ place, share: (densities[at] ?? 0) / total }))
})()

function joined(inputs: readonly (Moments | undefined)[]): Moments | undefined {
  const known = inputs.filter((moments) => moments !== undefined)
  if (known.length < inputs.length) return undefined
  return {
    means: Float64Array.from(known.flatMap(({ means }) => [...means])),
    variances: Float64Array.from(known.flatMap(({ variances }) => [...variances])),
  }
}

function sumOf(one: Moments, other: Moments): Moments | undefined {
  if (one.means.length !== other.means.length) return undefined
  return {
    means: one.means.map((mean, channel) => mean + (other.means[channel] ?? 0)),
    variances: one.variances.map((variance, channel) => variance + (other.variances[channel] ?? 0)),
  }
}

function picked({ means, variances }: Moments, pick: (values: Float64Array) => Float64Array): Moments {
  return { means: pick(means), variances: pick(variances) }
}

function padded(values: Float64Array, before: number, after: number): Float64Array {
  const wider = new Float64Array(before + values.length + after)
  wider.set(values, before)
  return wider
}
