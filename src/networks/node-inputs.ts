import type { NetworkNode } from './network.ts'

/** Ids of the nodes that a node reads, in order. */
export function inputsOf(node: NetworkNode): readonly string[] {
  if (node.op === 'input') return []
  return 'inputs' in node ? node.inputs : [node.input]
}
