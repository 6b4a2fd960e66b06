import { expect, test } from 'vitest'
import { buildNetwork } from '#networks/architectures.ts'
import { linearLayers, withRepresentedLayers } from '#networks/linear-layers.ts'
import type { Network } from '#networks/network.ts'
import { networkShape } from '#networks/network-shape.ts'
import { graphOfNetwork, networkOfGraph } from '#networks/own-graph.ts'
import { sizeBreakdown } from '#shared/methods/nern/accounting.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import { unwrap } from '#shared/basics/result.ts'
import { variedNetwork } from '../engine/network/varied-network.ts'

const resnet20 = unwrap(buildNetwork('resnet20-cifar-b', 10))
const ownGraph = unwrap(networkOfGraph(unwrap(graphOfNetwork(variedNetwork())), 'graph-varied'))
const withLinear = { linearLayers: true, tiles: false }

test('linear layers come after the network’s own represented layers, which keep their coordinates', () => {
  expect(withRepresentedLayers(resnet20, { linearLayers: false, tiles: false })).toBe(resnet20)
  expect(withRepresentedLayers(resnet20, withLinear).representedLayers).toEqual([
    ...resnet20.representedLayers,
    { name: 'linear.weight', shape: [10, 64] },
  ])
  const squeezeNet = unwrap(buildNetwork('squeezenet1_1-imagenet', 1000))
  expect(withRepresentedLayers(squeezeNet, withLinear).representedLayers).toEqual(squeezeNet.representedLayers)
})

test('a network’s description is not changed by what one experiment represents', () => {
  const network = withRepresentedLayers(ownGraph, withLinear)
  expect(network.representedLayers.at(-1)).toEqual({ name: 'fc.weight', shape: [3, 96] })
  expect(network.graph).toBe(ownGraph.graph)
})

test('a weight that several linear layers share is one layer', () => {
  const nodes: Network['nodes'] = [
    { op: 'linear', id: 'a', input: 'x', weight: 'w' },
    { op: 'linear', id: 'b', input: 'a', weight: 'w' },
  ]
  const parameters = [{ name: 'w', shape: [2, 2], role: 'linear-weight' }] as const
  expect(linearLayers({ nodes, parameters })).toEqual([{ name: 'w', shape: [2, 2] }])
})

test.each([resnet20, ownGraph])(
  'sizes with linear layers are those of a network that represents them: $title',
  (network) => {
    const config = { ...fastConfig, representation: withLinear }
    const expected = sizeBreakdown(networkShape(withRepresentedLayers(network, withLinear)), fastConfig)
    const without = sizeBreakdown(networkShape(network), fastConfig)
    expect(sizeBreakdown(networkShape(network), config)).toEqual(expected)
    expect(expected.originalBytes).toBe(without.originalBytes)
    expect(expected.kernels - without.kernels).toBe(
      linearLayers(network).reduce((sum, { shape: [o, i] }) => sum + o * i, 0),
    )
  },
)
