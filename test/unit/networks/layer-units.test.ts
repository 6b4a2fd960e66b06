import { expect, test } from 'vitest'
import { layerUnits } from '#networks/layer-units.ts'
import { buildNetwork } from '#networks/architectures.ts'
import { unwrap } from '#shared/basics/result.ts'

test('layers are exchanged with the batch norm behind them, and no parameter twice', () => {
  const network = unwrap(buildNetwork('resnet20-cifar-b', 10))
  const units = layerUnits(network)
  expect(units[0]).toEqual({
    name: 'conv1.weight',
    parameters: ['conv1.weight', 'bn1.weight', 'bn1.bias', 'bn1.running_mean', 'bn1.running_var'],
  })
  expect(units.at(-1)).toEqual({ name: 'linear.weight', parameters: ['linear.weight', 'linear.bias'] })
  const names = units.flatMap(({ parameters }) => parameters)
  expect(new Set(names).size).toBe(names.length)
  expect(new Set(names)).toEqual(new Set(network.parameters.map(({ name }) => name)))
})
