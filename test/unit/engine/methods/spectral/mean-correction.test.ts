import { describe, expect, test } from 'vitest'
import { codedNetwork } from '#engine/methods/spectral/coded-layers.ts'
import { expectedMeans } from '#engine/methods/spectral/expected-means.ts'
import { meanCorrectedBiases } from '#engine/methods/spectral/mean-correction.ts'
import { quantise } from '#engine/methods/spectral/quantise.ts'
import { buildNetwork } from '#networks/architectures.ts'
import { initialParameters } from '#networks/initial-parameters.ts'
import type { Network, NetworkNode } from '#networks/network.ts'
import { unwrap } from '#shared/basics/result.ts'
import { spectralDefaults } from '#shared/methods/spectral/defaults.ts'
import { float32Tensor, type HostTensors } from '#shared/tensors/host-tensor.ts'
import { kernelShapeOf } from '#shared/tensors/represented-shape.ts'
import { spectralWeights } from '#shared/tensors/spectral-layer.ts'

const template = unwrap(buildNetwork('resnet20-cifar-b', 10))
const [shift, scale] = [
  [0, 0.5, -1, 2],
  [1, -0.3, 2, 0],
]
const parameters: HostTensors = {
  'bn.bias': float32Tensor([4], Float32Array.from(shift)),
  'bn.weight': float32Tensor([4], Float32Array.from(scale)),
  slopes: float32Tensor([4], Float32Array.of(0.1, 0.2, 0.3, 0.4)),
}

/** Means after nodes that follow a batch norm of four channels, by their ids. */
function meansAfter(...nodes: readonly NetworkNode[]): ReadonlyMap<string, Float64Array> {
  const norm = { op: 'batch-norm', id: 'norm', input: 'x', prefix: 'bn', epsilon: 1e-5 } as const
  const network: Network = { ...template, nodes: [{ op: 'input', id: 'x' }, norm, ...nodes] }
  return expectedMeans(network, parameters)
}

describe('expected means', () => {
  test('of a batch norm are its shifts', () => {
    expect([...(meansAfter().get('norm') ?? [])]).toEqual(shift)
  })

  test.each(
    namedByOp([
      [{ op: 'relu', id: 'y', input: 'norm' }, (value: number) => Math.max(0, value)],
      [{ op: 'relu6', id: 'y', input: 'norm' }, (value: number) => Math.min(6, Math.max(0, value))],
      [{ op: 'leaky-relu', id: 'y', input: 'norm', slope: 0.2 }, (value: number) => Math.max(0.2 * value, value)],
      [{ op: 'sigmoid', id: 'y', input: 'norm' }, (value: number) => 1 / (1 + Math.exp(-value))],
      [
        { op: 'hard-swish', id: 'y', input: 'norm' },
        (value: number) => (value * Math.min(6, Math.max(0, value + 3))) / 6,
      ],
      [
        { op: 'prelu', id: 'y', input: 'norm', slope: 'slopes' },
        (value: number, channel: number) => Math.max([0.1, 0.2, 0.3, 0.4][channel] ?? 0, value > 0 ? 1 : 0) * value,
      ],
    ]),
  )('after %s are those of many numbers', (_, node, apply) => {
    const means = meansAfter(node).get('y') ?? []
    // Quantiles of a normal distribution, by the means of many uniform numbers: nothing of the way under test.
    const normal = standardNormals(100_000)
    for (const [channel, mean] of means.entries()) {
      const values = normal.map((z) => apply((shift[channel] ?? 0) + Math.abs(scale[channel] ?? 0) * z, channel))
      expect(mean).toBeCloseTo(values.reduce((sum, value) => sum + value, 0) / values.length, 1.7)
    }
    expect(means).toHaveLength(4)
  })

  test('after a ReLU of the standard normal distribution are 1 / sqrt(2 pi)', () => {
    expect(meansAfter({ op: 'relu', id: 'y', input: 'norm' }).get('y')?.[0]).toBeCloseTo(1 / Math.sqrt(2 * Math.PI), 3)
  })

  test('follow sums, slices, padding and joins', () => {
    const means = meansAfter(
      { op: 'add', id: 'sum', inputs: ['norm', 'norm'] },
      { op: 'channel-slice', id: 'slice', input: 'norm', start: 1, channels: 2 },
      { op: 'subsample-pad', id: 'padded', input: 'slice', channelsBefore: 1, channelsAfter: 1 },
      { op: 'concat', id: 'joined', inputs: ['slice', 'padded'] },
      { op: 'global-average-pool', id: 'pooled', input: 'joined' },
    )
    expect([...(means.get('sum') ?? [])]).toEqual([0, 1, -2, 4])
    expect([...(means.get('pooled') ?? [])]).toEqual([0.5, -1, 0, 0.5, -1, 0])
  })

  test('of what no batch norm tells are not made up', () => {
    const pool = { kernel: [2, 2], stride: [2, 2], padding: [0, 0], isRoundedUp: false } as const
    const means = meansAfter(
      { op: 'max-pool', id: 'pooled', input: 'norm', ...pool },
      { op: 'relu', id: 'after', input: 'pooled' },
      { op: 'add', id: 'sum', inputs: ['norm', 'pooled'] },
    )
    expect([...means.keys()]).toEqual(['x', 'norm'])
  })
})

describe('corrected biases', () => {
  // The second has depthwise convolutions, whose filters read a channel each.
  test.each(['resnet20-cifar-b', 'mobilenetv2-x1_0-cifar'] as const)(
    'take back what errors add on average, %s',
    (name) => {
      const network = unwrap(buildNetwork(name, 10))
      const own = shiftedNorms(network)
      const coded = codedNetwork(network, own, spectralDefaults, {})
      const step = 0.1
      const weights = Object.fromEntries(
        coded.layers.map((layer) => [
          layer.name,
          spectralWeights({ ...layer, ...quantise(layer, { step, rateWeight: 0 }) }, 'cosine', step),
        ]),
      )
      const biases = meanCorrectedBiases({ network, parameters: own }, coded, weights)
      const means = expectedMeans(network, own)
      let corrected = 0
      for (const { name: weight, biasName, shape } of coded.layers) {
        const reader = coded.folded.network.nodes.find((node) => node.op === 'conv' && node.weight === weight)
        const read = reader?.op === 'conv' ? means.get(reader.input) : undefined
        if (reader?.op !== 'conv' || read === undefined || biasName === undefined) continue
        const [filters, channels, height, width] = kernelShapeOf(shape)
        for (let filter = 0; filter < filters; filter++) {
          const group = Math.floor((filter * reader.groups) / filters)
          let [before, after] = [coded.parameters[biasName]?.data[filter] ?? NaN, biases[biasName]?.data[filter] ?? NaN]
          for (let at = 0; at < channels * height * width; at++) {
            const mean = read[group * channels + Math.floor(at / (height * width))] ?? NaN
            before += mean * (coded.parameters[weight]?.data[filter * channels * height * width + at] ?? NaN)
            after += mean * (weights[weight]?.data[filter * channels * height * width + at] ?? NaN)
          }
          expect(Math.abs(after - before)).toBeLessThan(1e-4)
        }
        corrected++
      }
      expect(corrected).toBeGreaterThan(15)
    },
  )

  test('stay where no batch norm tells a mean', () => {
    const network = unwrap(buildNetwork('squeezenet1_1-imagenet', 1000))
    const own = initialParameters(network, 1)
    const coded = codedNetwork(network, own, spectralDefaults, {})
    expect(Object.keys(meanCorrectedBiases({ network, parameters: own }, coded, coded.parameters))).toEqual([
      'features.0.bias',
    ])
  })
})

/** A network whose batch norms have shifts, as trained ones do. */
function shiftedNorms(network: Network): HostTensors {
  const shifts = new Set(network.parameters.filter(({ role }) => role === 'bn-bias').map(({ name }) => name))
  return Object.fromEntries(
    Object.entries(initialParameters(network, 1)).map(([name, tensor]) => [
      name,
      shifts.has(name)
        ? float32Tensor(
            tensor.shape,
            Float32Array.from(tensor.data, (_, at) => ((at % 7) - 3) / 4),
          )
        : tensor,
    ]),
  )
}

type Pointwise = (value: number, channel: number) => number

function namedByOp(cases: readonly (readonly [NetworkNode, Pointwise])[]): readonly [string, NetworkNode, Pointwise][] {
  return cases.map(([node, apply]) => [node.op, node, apply])
}

/** Box and Muller's, on a lattice of uniform numbers. */
function standardNormals(count: number): readonly number[] {
  return Array.from({ length: count }, (_, at) => {
    const radius = Math.sqrt(-2 * Math.log((at + 0.5) / count))
    return radius * Math.cos(2 * Math.PI * ((at * 0.618033988749895) % 1))
  })
}
