import { expect, test } from 'vitest'
import { initialParameters } from '#networks/initial-parameters.ts'
import { NetworkBuilder } from '#networks/network-builder.ts'
import { networkStatistics } from '#networks/network-statistics.ts'
import { cifarResnet } from '#networks/zoo/cifar-resnet.ts'
import { float32Tensor } from '#shared/tensors/host-tensor.ts'

const network = cifarResnet({ depth: 20, shortcut: 'b', classes: 10 })

/** Three filters of two channels, kernels of 1 x 2 weights, then a classifier of one class. */
function tinyNetwork() {
  const builder = new NetworkBuilder()
  const image = builder.input(2)
  const conv = builder.convolution('conv', image, { filters: 3, kernelSize: [1, 2], isRepresented: true })
  const output = builder.linear('linear', builder.globalAveragePool('pool', conv), 1)
  return builder.build({
    architecture: 'tiny',
    title: 'Tiny',
    inputShape: { channels: 2, height: 1, width: 2 },
    classes: 1,
    output,
    featureMaps: { faithful: [], documented: [] },
  })
}

test('statistics describe every convolution and the classifier in state dict order', () => {
  const rows = networkStatistics(network, initialParameters(network, 1))
  expect(rows.map(({ name }) => name)).toEqual([...network.representedLayers.map(({ name }) => name), 'linear.weight'])
  expect(rows[9]).toMatchObject({ kernels: 512, weights: 512, bytes: 2048, isRepresented: true })
  expect(rows.at(-1)).toMatchObject({ kernels: 0, weights: 640, isRepresented: false })
  // Kernels of one weight, and no kernels.
  for (const row of [rows[9], rows.at(-1)]) expect(row).not.toHaveProperty('smoothness')
})

test('smoothness is the mean cosine over neighbours by channel and by filter, skipping zero kernels', () => {
  const parameters = {
    'conv.weight': float32Tensor([3, 2, 1, 2], Float32Array.of(1, 0, 0, 2, 0, 3, 0, 1, 4, 3, 0, 0)),
    'linear.weight': float32Tensor([1, 3], Float32Array.of(1, 2, 3)),
  }
  const [conv, linear] = networkStatistics(tinyNetwork(), parameters)
  // By channel 0 and 1; by filter 0 and 0.6 in channel 0, 1 in channel 1; two pairs hold the zero kernel.
  expect(conv?.smoothness).toBeCloseTo((0 + 1 + 0 + 0.6 + 1) / 5, 12)
  expect(linear?.standardDeviation).toBeCloseTo(Math.sqrt(2 / 3), 12)
})

test('a missing parameter is named', () => {
  expect(() => networkStatistics(network, {})).toThrow('Parameter conv1.weight must be float32 [16, 3, 3, 3].')
})

test('initial parameters have the spread of Kaiming, depend on the seed and on nothing else', () => {
  const parameters = initialParameters(network, 7)
  const rows = networkStatistics(network, parameters)
  const last = rows.find(({ name }) => name === 'layer3.2.conv2.weight')
  // 36,864 draws: the estimate of a standard deviation is within 1 % at more than two sigma of its own.
  expect(last?.standardDeviation).toBeCloseTo(Math.sqrt(2 / (64 * 9)), 3)
  expect(initialParameters(network, 7)).toEqual(parameters)
  expect(initialParameters(network, 8)['conv1.weight']).not.toEqual(parameters['conv1.weight'])
  expect(parameters['bn1.running_var']).toEqual(float32Tensor([16], new Float32Array(16).fill(1)))
})
