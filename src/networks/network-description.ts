import { sizeOf, type HostTensors } from '#shared/tensors/host-tensor.ts'
import type { NetworkDescription } from '#shared/protocol/records.ts'
import type { Network } from './network.ts'
import { networkStatistics } from './network-statistics.ts'

/**
 * What the store keeps of a network beside its file. Walks over every weight, a second for a hundred million: work for a
 * trainer. Throws `AppException` `invalid-argument` when `parameters` lacks a weight or it has another shape.
 */
export function describeNetwork(network: Network, parameters: HostTensors): NetworkDescription {
  const represented = network.representedLayers
  // Running statistics of batch-norm are stored, but they are not learned.
  const learned = network.parameters.filter(({ role }) => role !== 'bn-mean' && role !== 'bn-variance')
  return {
    title: network.title,
    parameters: learned.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    representedWeights: represented.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    kernels: represented.reduce((sum, { shape }) => sum + shape[0] * shape[1], 0),
    preprocessing: network.preprocessing,
    layers: networkStatistics(network, parameters),
  }
}
