import type { NetworkNode } from '#networks/network.ts'

/** Whether a node never yields a number below 0, given which of those before it never do. */
export function isNonNegative(node: NetworkNode, isKnown: (id: string) => boolean): boolean {
  switch (node.op) {
    case 'relu':
    case 'relu6':
    case 'sigmoid':
      return true
    case 'activation': {
      const { function: activation } = node
      if (activation.name === 'clip') return (activation.low ?? -Infinity) >= 0 || isKnown(node.input)
      if (activation.name === 'thresholded-relu') return activation.alpha >= 0
      return activation.name === 'hard-sigmoid' || activation.name === 'softplus'
    }
    case 'add':
    case 'multiply':
    case 'concat':
      return node.inputs.every(isKnown)
    case 'pad':
    case 'subsample-pad':
    case 'channel-slice':
    case 'channel-shuffle':
    case 'max-pool':
    case 'average-pool':
    case 'adaptive-average-pool':
    case 'global-average-pool':
    case 'flatten':
    case 'one-pixel':
      return isKnown(node.input)
    default:
      return false
  }
}
