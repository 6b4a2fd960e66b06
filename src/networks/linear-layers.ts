/** Linear layers as layers that a predictor can represent, beyond the authors, who represent convolutions alone. */
import type { CompressConfig } from '#shared/methods/nern/config.ts'
import { seenAsTiles, type LinearShape } from '#shared/tensors/represented-shape.ts'
import type { Network } from './network.ts'

export interface LinearLayer {
  /** Parameter name of the weight. */
  readonly name: string
  /** [outputs, inputs] */
  readonly shape: LinearShape
}

/** Weights of the linear layers of `network` in the order they are computed, each once. */
export function linearLayers({ nodes, parameters }: Pick<Network, 'nodes' | 'parameters'>): readonly LinearLayer[] {
  const weights = new Set(nodes.flatMap((node) => (node.op === 'linear' ? [node.weight] : [])))
  return [...weights].map((weight) => {
    const [outputs, inputs] = parameters.find(({ name }) => name === weight)?.shape ?? []
    if (outputs === undefined || inputs === undefined) throw new RangeError(`${weight} is no weight of a linear layer`)
    return { name: weight, shape: [outputs, inputs] }
  })
}

/**
 * `network` with the represented layers that a configuration asks for. Linear layers come after all others, so that a
 * convolution has the same coordinates with and without them.
 */
export function withRepresentedLayers(network: Network, representation: CompressConfig['representation']): Network {
  const { linearLayers: withLinear, tiles } = representation
  if (!withLinear && !tiles) return network
  const layers = [...network.representedLayers, ...(withLinear ? linearLayers(network) : [])]
  return { ...network, representedLayers: seenAsTiles(layers, tiles) }
}
