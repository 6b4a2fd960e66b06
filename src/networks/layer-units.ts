/** Layers of a network as units that can be exchanged for those of its reconstruction. */
import { batchNormParameters, type Network } from './network.ts'

export interface LayerUnit {
  /** Of the weight of the convolution or linear layer. */
  readonly name: string
  /**
   * Its weight, its bias, and the batch norm right behind it: a method may move scales between them, so that one without the
   * others means nothing.
   */
  readonly parameters: readonly string[]
}

/** In the order they are computed; a weight that several layers share is one unit. */
export function layerUnits({ nodes }: Pick<Network, 'nodes'>): readonly LayerUnit[] {
  const units = new Map<string, Set<string>>()
  for (const node of nodes) {
    if (node.op !== 'conv' && node.op !== 'linear') continue
    const unit = units.get(node.weight) ?? new Set([node.weight])
    if (node.bias !== undefined) unit.add(node.bias)
    for (const next of nodes) {
      if (next.op !== 'batch-norm' || next.input !== node.id) continue
      for (const parameter of batchNormParameters(next.prefix)) unit.add(parameter)
    }
    units.set(node.weight, unit)
  }
  return [...units].map(([name, parameters]) => ({ name, parameters: [...parameters] }))
}
