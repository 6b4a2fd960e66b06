/** Rewrites on the finished node list that need to know who reads what. */
import { sizeOf } from '#shared/tensors/host-tensor.ts'
import type { OnnxModel, OnnxNode } from './model.ts'

export function optimizeNodes(model: OnnxModel): OnnxModel {
  return withoutDeadNodes(withFusedBias(model))
}

/** A bias added to a matrix product becomes its third operand. */
function withFusedBias(model: OnnxModel): OnnxModel {
  const readers = countReaders(model.nodes)
  const producers = new Map(model.nodes.map((node) => [node.outputs[0] ?? '', node]))
  const biasShapes = new Map(
    [...model.initializers, ...model.inputs].map(({ name, shape }): [string, readonly number[]] => [name, shape]),
  )
  const isVector = (name: string): boolean => {
    const shape = biasShapes.get(name)
    return shape !== undefined && shape.length >= 1 && sizeOf(shape) === shape.at(-1)
  }
  const nodes = model.nodes.map((node): OnnxNode => {
    if (node.op !== 'Add') return node
    for (const [product, bias] of [node.inputs, node.inputs.toReversed()]) {
      const gemm = producers.get(product ?? '')
      if (product === undefined || bias === undefined || gemm?.op !== 'Gemm' || gemm.inputs.length !== 2) continue
      const source = throughReshape(bias, producers)
      if (readers.get(product) !== 1 || !isVector(source)) continue
      return { ...gemm, inputs: [...gemm.inputs, bias], outputs: node.outputs }
    }
    return node
  })
  return { ...model, nodes }
}

function throughReshape(name: string, producers: ReadonlyMap<string, OnnxNode>): string {
  const producer = producers.get(name)
  return producer?.op === 'Reshape' ? (producer.inputs[0] ?? name) : name
}

function withoutDeadNodes(model: OnnxModel): OnnxModel {
  const needed = new Set(model.outputs.map(({ name }) => name))
  const nodes: OnnxNode[] = []
  for (const node of model.nodes.toReversed()) {
    if (!node.outputs.some((output) => needed.has(output))) continue
    for (const input of node.inputs) needed.add(input)
    nodes.push(node)
  }
  const initializers = model.initializers.filter(({ name }) => needed.has(name))
  return { ...model, nodes: nodes.reverse(), initializers }
}

function countReaders(nodes: readonly OnnxNode[]): ReadonlyMap<string, number> {
  const readers = new Map<string, number>()
  for (const input of nodes.flatMap((node) => node.inputs)) readers.set(input, (readers.get(input) ?? 0) + 1)
  return readers
}
