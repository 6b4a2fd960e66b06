import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createExecutor } from '#engine/executors/create-executor.ts'
import type { Executor } from '#engine/executors/executor.ts'
import { buildNetwork } from '#networks/architectures.ts'
import { foldBatchNorm, foldedParameters, foldGains } from '#networks/fold-batch-norm.ts'
import type { Network } from '#networks/network.ts'
import { Random } from '#shared/basics/random.ts'
import { unwrap } from '#shared/basics/result.ts'
import type { HostTensors } from '#shared/tensors/host-tensor.ts'
import { networkLogits } from '#test/support/network-logits.ts'
import { normalTensor } from '#test/support/normal-tensor.ts'
import { seededParameters } from '#test/support/seeded-values.ts'

let executor: Executor
beforeAll(async () => {
  executor = await createExecutor({ executor: 'onnxruntime', provider: 'cpu', threads: 1 })
})
afterAll(() => executor.dispose())

/** Every third gamma negative: networks in use have such, and folding by the size alone ruins them. */
function withNegativeGammas(network: Network): HostTensors {
  const values = seededParameters(network)
  return Object.fromEntries(
    Object.entries(values).map(([name, tensor]) => {
      const isGamma = network.parameters.some((spec) => spec.name === name && spec.role === 'bn-weight')
      if (!isGamma || tensor.dtype !== 'float32') return [name, tensor]
      return [name, { ...tensor, data: tensor.data.map((value, at) => (at % 3 === 0 ? -value : value)) }]
    }),
  )
}

describe.each(['resnet20-cifar-a', 'resnet20-cifar-b', 'mobilenetv2-x0_5-cifar', 'shufflenetv2-x1_0-cifar'])(
  '%s',
  (architecture) => {
    const network = unwrap(buildNetwork(architecture, 10))
    const small = { ...network, inputShape: { ...network.inputShape, height: 32, width: 32 } }

    test('computes the same once its batch norms are folded', { timeout: 60_000 }, async () => {
      const parameters = withNegativeGammas(small)
      const folded = foldBatchNorm(small)
      const images = normalTensor(Random.fromSeed(3), [2, 3, 32, 32])
      const expected = await networkLogits(executor, small, parameters, images)
      const found = await networkLogits(executor, folded.network, foldedParameters(folded, parameters), images)
      const size = Math.max(...expected.map(Math.abs))
      found.forEach((value, at) => expect(Math.abs(value - (expected[at] ?? 0))).toBeLessThan(1e-4 * size))
    })

    test('has no batch norm left', () => {
      const folded = foldBatchNorm(small)
      expect(folded.network.nodes.filter(({ op }) => op === 'batch-norm')).toEqual([])
      expect(folded.network.parameters.map(({ role }) => role)).not.toContain('bn-mean')
      expect(folded.folds).toHaveLength(small.nodes.filter(({ op }) => op === 'batch-norm').length)
    })
  },
)

test('a batch norm stays where the convolution before it is read by another node as well', () => {
  const network = unwrap(buildNetwork('resnet20-cifar-b', 10))
  const [first] = network.nodes.filter(({ op }) => op === 'conv')
  const shown: Network = { ...network, featureMaps: { ...network.featureMaps, documented: [first?.id ?? ''] } }
  expect(foldBatchNorm(shown).folds).toHaveLength(foldBatchNorm(network).folds.length - 1)
})

test('gains have the signs of their gammas', () => {
  const network = unwrap(buildNetwork('resnet20-cifar-b', 10))
  const parameters = withNegativeGammas(network)
  const [fold] = foldBatchNorm(network).folds
  if (fold === undefined) throw new Error('nothing was folded')
  const gains = foldGains(fold, parameters)
  expect(gains[0]).toBeLessThan(0)
  expect(gains[1]).toBeGreaterThan(0)
})
