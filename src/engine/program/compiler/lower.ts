/** Lowers a traced graph to an ONNX model. */
import { AppException } from '#shared/basics/result.ts'
import type { Graph, GraphNode, ValueId, ValueSpec } from '../graph.ts'
import { operationFor } from '../operations/registry.ts'
import { uniformValue } from '../uniform.ts'
import { Lowering, type LoweringTarget } from '../onnx/lowering.ts'
import type { OnnxDtype, OnnxModel, OnnxPort } from '../onnx/model.ts'
import { optimizeNodes } from '../onnx/optimize.ts'
import { identityOrder, uniform, type Value } from '../onnx/value.ts'

/** A model whose inputs and outputs are found by the names of the program. */
export interface LoweredProgram {
  readonly model: OnnxModel
  /** Program name of every input and state entry that the model reads, with its name in the model. */
  readonly inputs: ReadonlyMap<string, string>
  /** Program name of every output, with its name in the model. */
  readonly outputs: ReadonlyMap<string, string>
}

export function lowerGraph(graph: Graph, target: LoweringTarget): LoweredProgram {
  const lowering = new Lowering(target)
  const values = new Map<ValueId, Value>()
  const inputs = new Map<string, string>()
  const ports: OnnxPort[] = []
  for (const [index, { name, value }] of graph.inputs.entries()) {
    const spec = specOf(graph, value)
    const port = `input_${index}`
    inputs.set(name, port)
    ports.push({ name: port, shape: spec.shape, dtype: portDtype(spec) })
    values.set(value, lowering.plainValue(spec, port))
  }
  for (const [id, data] of graph.constants) {
    const spec = specOf(graph, id)
    const repeated = uniformValue(data)
    const order = identityOrder(spec.shape.length)
    values.set(
      id,
      repeated === undefined
        ? { ...spec, source: { kind: 'constant', data, order, extents: spec.shape } }
        : uniform(spec, repeated),
    )
  }
  const readers = readersOf(graph)
  for (const node of graph.nodes) lowerNode(node, graph, { values, readers }, lowering)
  const { outputs, outputPorts } = lowerOutputs(graph, values, lowering)
  const model = optimizeNodes({
    name: graph.name,
    nodes: lowering.builder.nodes,
    initializers: lowering.builder.initializers,
    inputs: ports,
    outputs: outputPorts,
  })
  return { model, inputs, outputs }
}

interface Progress {
  readonly values: Map<ValueId, Value>
  readonly readers: ReadonlyMap<ValueId, readonly string[]>
}

function lowerNode(node: GraphNode, graph: Graph, { values, readers }: Progress, lowering: Lowering): void {
  const operands = new Map([...node.inputs].map(([name, id]) => [name, valueOf(values, id)]))
  const outputs = node.outputs.map((id) => specOf(graph, id))
  const [output] = outputs
  if (output === undefined) throw new AppException({ code: 'internal', message: `Operation ${node.op} has no result` })
  const call = {
    op: node.op,
    attributes: node.attributes,
    inputs: operands,
    outputs,
    output,
    readersOf: (name: string) => readers.get(node.inputs.get(name) ?? -1) ?? [],
  }
  const results = operationFor(node.op).lower(call, lowering)
  node.outputs.forEach((id, index) => {
    const result = results[index]
    if (result !== undefined) values.set(id, result)
  })
}

function readersOf(graph: Graph): ReadonlyMap<ValueId, readonly string[]> {
  const readers = new Map<ValueId, string[]>()
  const add = (value: ValueId, reader: string): void => {
    const known = readers.get(value)
    if (known === undefined) readers.set(value, [reader])
    else known.push(reader)
  }
  for (const { op, inputs } of graph.nodes) for (const value of inputs.values()) add(value, op)
  for (const { value } of graph.outputs) add(value, 'output')
  return readers
}

/** Booleans leave a program as int32; every output is a tensor of its own, in logical order. */
function lowerOutputs(
  graph: Graph,
  values: ReadonlyMap<ValueId, Value>,
  lowering: Lowering,
): { readonly outputs: ReadonlyMap<string, string>; readonly outputPorts: readonly OnnxPort[] } {
  const outputs = new Map<string, string>()
  const outputPorts: OnnxPort[] = []
  for (const [index, { name, value }] of graph.outputs.entries()) {
    const found = valueOf(values, value)
    const result = found.dtype === 'bool' ? lowering.cast(found, 'int32') : found
    const port = `output_${index}`
    lowering.builder.nodes.push({
      op: 'Identity',
      domain: '',
      inputs: [lowering.plain(result)],
      outputs: [port],
      attributes: {},
    })
    outputs.set(name, port)
    outputPorts.push({ name: port, shape: result.shape, dtype: portDtype(result) })
  }
  return { outputs, outputPorts }
}

function portDtype({ dtype }: ValueSpec): OnnxDtype {
  return dtype === 'bool' ? 'int32' : dtype
}

function specOf(graph: Graph, id: ValueId): ValueSpec {
  const spec = graph.values[id]
  if (spec !== undefined) return spec
  throw new AppException({ code: 'internal', message: `Program ${graph.name} has no value ${id}` })
}

function valueOf(values: ReadonlyMap<ValueId, Value>, id: ValueId): Value {
  const value = values.get(id)
  if (value !== undefined) return value
  throw new AppException({ code: 'internal', message: `Value ${id} was used before it was computed` })
}
