/** Removes from a traced graph what its outputs do not need and what it computes twice (autodiff does both). */
import type { Graph, GraphNode, ValueId } from '../graph.ts'
import { uniformValue } from '../uniform.ts'

/** Literals up to this many elements are compared by contents. */
const smallConstantSize = 64

export function simplifyGraph(graph: Graph): Graph {
  return withoutDeadNodes(withoutDuplicates(graph))
}

/** Merges equal literals and nodes with equal operation, attributes and operands; passes over `Identity`. */
function withoutDuplicates(graph: Graph): Graph {
  const replacement = duplicateConstants(graph)
  const resolve = (value: ValueId): ValueId => replacement.get(value) ?? value
  const seen = new Map<string, GraphNode>()
  const nodes: GraphNode[] = []
  for (const original of graph.nodes) {
    const inputs = new Map([...original.inputs].map(([name, value]) => [name, resolve(value)]))
    const only = inputs.get('x')
    if (original.op === 'Identity' && only !== undefined) {
      for (const output of original.outputs) replacement.set(output, only)
      continue
    }
    const key = `${original.op} ${JSON.stringify([...inputs])} ${original.attributes.key}`
    const twin = seen.get(key)
    if (twin === undefined) {
      const node = { ...original, inputs }
      seen.set(key, node)
      nodes.push(node)
      continue
    }
    original.outputs.forEach((output, index) => replacement.set(output, twin.outputs[index] ?? output))
  }
  const outputs = graph.outputs.map(({ name, value }) => ({ name, value: resolve(value) }))
  return { ...graph, nodes, outputs }
}

function duplicateConstants(graph: Graph): Map<ValueId, ValueId> {
  const replacement = new Map<ValueId, ValueId>()
  const seen = new Map<string, ValueId>()
  for (const [id, data] of graph.constants) {
    const uniform = uniformValue(data)
    if (uniform === undefined && data.length > smallConstantSize) continue
    const { shape, dtype } = graph.values[id] ?? { shape: [], dtype: '' }
    const key = `${dtype} [${shape.join()}] ${uniform ?? data.join()}`
    const twin = seen.get(key)
    if (twin === undefined) seen.set(key, id)
    else replacement.set(id, twin)
  }
  return replacement
}

function withoutDeadNodes(graph: Graph): Graph {
  const needed = new Set(graph.outputs.map(({ value }) => value))
  const nodes: GraphNode[] = []
  for (const node of graph.nodes.toReversed()) {
    if (!node.outputs.some((output) => needed.has(output))) continue
    for (const input of node.inputs.values()) needed.add(input)
    nodes.push(node)
  }
  const constants = new Map([...graph.constants].filter(([id]) => needed.has(id)))
  return { ...graph, nodes: nodes.reverse(), constants }
}
