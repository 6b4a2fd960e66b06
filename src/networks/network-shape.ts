import type { NetworkShape, RemainderGroup } from '#shared/package/accounting.ts'
import { assertNever } from '#shared/basics/result.ts'
import { linearLayers } from './linear-layers.ts'
import type { Network, ParameterSpec } from './network.ts'

/** What honest size accounting needs to know of a network: what the predictor represents and what is stored beside it. */
export function networkShape(network: Network): NetworkShape {
  const represented = new Set(network.representedLayers.map(({ name }) => name))
  const linear = new Map(linearLayers(network).map(({ name, shape }) => [name, shape]))
  return {
    representedLayers: network.representedLayers,
    remainder: network.parameters
      .filter(({ name }) => !represented.has(name))
      .map(({ name, shape, role }) => {
        const linearShape = linear.get(name)
        const tensor = { name, shape, group: groupOf(role), isVariance: role === 'bn-variance' }
        return linearShape === undefined ? tensor : { ...tensor, linearShape }
      }),
  }
}

function groupOf(role: ParameterSpec['role']): RemainderGroup {
  switch (role) {
    case 'bn-weight':
    case 'bn-bias':
    case 'bn-mean':
    case 'bn-variance':
      return 'batch-norm'
    case 'linear-weight':
    case 'linear-bias':
      return 'linear'
    case 'conv-weight':
    case 'conv-bias':
    case 'prelu-slope':
      return 'other'
    default:
      return assertNever(role)
  }
}
