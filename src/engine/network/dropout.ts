/** Dropout (Srivastava et al. 2014) as inputs of a training program: programs are pure, so chance comes from outside. */
import type { Network, NetworkNode } from '#networks/network.ts'
import { float32Tensor, sizeOf, type HostTensors, type TensorSpecs } from '#shared/tensors/host-tensor.ts'
import type { Random } from '#shared/basics/random.ts'

/** Name of the input that masks node `id`. */
export function dropoutInput(id: string): string {
  return `dropout.${id}`
}

export function dropoutSpecs(network: Network, batch: number): TensorSpecs {
  const specs = dropoutsOf(network).map(({ id, shape }) => {
    return [dropoutInput(id), { shape: [batch, ...shape], dtype: 'float32' }] as const
  })
  return Object.fromEntries(specs)
}

/** Zero with the node's probability and otherwise 1 / (1 - probability), so that the expectation is 1. */
export function dropoutMasks(network: Network, batch: number, random: Random): HostTensors {
  const masks = dropoutsOf(network).map(({ id, shape, probability }) => {
    const kept = 1 / (1 - probability)
    const size = batch * sizeOf(shape)
    const values = Float32Array.from({ length: size }, () => (random.uniform() < probability ? 0 : kept))
    return [dropoutInput(id), float32Tensor([batch, ...shape], values)] as const
  })
  return Object.fromEntries(masks)
}

function dropoutsOf(network: Network): readonly Extract<NetworkNode, { op: 'dropout' }>[] {
  return network.nodes.filter((node) => node.op === 'dropout')
}
