/**
 * ONNX graphs of convolutional networks as networks of the studio. The graph is read node by node, each operator of the
 * table turned into nodes of ours, shapes followed symbolically; what has no counterpart is refused by name.
 */
import { ok, type Result } from '#shared/basics/result.ts'
import type { ByteSource } from '../byte-source.ts'
import { asResult, quoted, type NamedFile } from '../file-error.ts'
import { ExternalData } from './external-data.ts'
import { finishedNetwork, type FinishedNetwork } from './finished-network.ts'
import { GraphImport } from './graph-import.ts'
import { imagesOf } from './images.ts'
import { parseModel, type ParsedModel, type ParsedNode } from './model.ts'
import { onnxError } from './onnx-error.ts'
import { OperatorCall, type ImportedValue } from './operator-call.ts'
import { operators, remedyFor } from './operators/index.ts'
import { reshaped, transposedView } from './view.ts'

export interface OnnxNetwork extends FinishedNetwork {
  readonly model: Pick<ParsedModel, 'opset' | 'producer'> & { readonly nodes: number }
  /** What was done to the graph, each in a sentence for people. */
  readonly notes: readonly string[]
}

export interface OnnxOptions {
  /** Height and width in pixels of the images, for a graph that leaves them free. */
  readonly inputSize?: number | undefined
}

/** Protobuf's own limit. */
const MAX_ONNX_BYTES = 2 ** 31 - 1

/** Whether the first bytes of a file are those of an ONNX model: the version of its format, then the next field. */
export function isOnnx(probe: Uint8Array): boolean {
  const [irTag, irVersion = 0, nextTag = 0] = probe
  const nextTags = [0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42, 0x72]
  // Its ninth byte opens the header of a safetensors file.
  return irTag === 0x08 && irVersion >= 3 && irVersion <= 0x1f && nextTags.includes(nextTag) && probe[8] !== 0x7b
}

/**
 * Reads a model, and weights that lie in other files of its folder. Errors: `file-truncated`, `file-corrupt`,
 * `file-unsafe`, and `file-unsupported` for an operator, an operator set or an arrangement without counterpart, each with
 * the byte or node; `not-found` for a file of weights that is not there; `input-size-needed` for a graph that leaves height and
 * width free, `invalid-argument` for an `inputSize` that is not its own.
 */
export function readOnnx(source: ByteSource, options: OnnxOptions = {}): Promise<Result<OnnxNetwork>> {
  return asResult(async () => {
    if (source.size > MAX_ONNX_BYTES) {
      const problem = `expected an ONNX model of at most ${MAX_ONNX_BYTES} bytes, found ${source.size}`
      const remedy = 'Save it with its weights in a file beside it (external data).'
      throw onnxError(source, 'file-unsupported', problem, 'byte 0', remedy)
    }
    const bytes = await source.read(0, source.size)
    const external = new ExternalData()
    const model = parseModel(source, bytes, external)
    if (external.files.length === 0) return ok(networkOfModel(source, model, options, []))
    await external.load(source)
    const notes = [`Its weights were read from ${external.files.map(quoted).join(', ')} beside it.`]
    return ok(networkOfModel(source, parseModel(source, bytes, external), options, notes))
  })
}

function networkOfModel(
  file: NamedFile,
  model: ParsedModel,
  { inputSize }: OnnxOptions,
  notes: readonly string[],
): OnnxNetwork {
  const [input, ...otherInputs] = model.inputs
  const [output, ...otherOutputs] = model.outputs
  if (input === undefined || output === undefined || otherInputs.length > 0 || otherOutputs.length > 0) {
    const ports = [...otherInputs, ...otherOutputs].slice(0, 5)
    const named = ports.length === 0 ? '' : `, ${ports.map(({ name }) => quoted(name)).join(', ')} besides`
    const problem = `expected one input and one output, found ${model.inputs.length} and ${model.outputs.length}${named}`
    const remedy =
      'Export the network with the images as its only input and the scores of the classes as its only output.'
    throw onnxError(file, 'file-unsupported', problem, 'graph', remedy)
  }
  const nodes = neededNodes(model, output.name)
  assertKnown(file, nodes)
  const images = imagesOf(file, input, inputSize)
  const { height, width } = images.shape
  const graph = new GraphImport(images.shape, images.batch, usesOf(nodes, output.name))
  if (images.isSizeGiven)
    graph.notes.say(`The graph leaves the size of its images free; it is read for ${height} x ${width} pixels.`)
  if (images.isChannelsLast)
    graph.notes.say('The graph takes images with the channels last; the studio gives them first.')
  const values = new Map<string, ImportedValue>()
  for (const [name, tensor] of model.initializers) values.set(name, graph.constantOf(name, tensor))
  values.set(input.name, images.isChannelsLast ? channelsLast(graph) : graph.input)
  for (const node of nodes) runNode(file, node, model.opset, graph, values)
  const logits = logitsOf(file, output.name, graph, values)
  return {
    ...finishedNetwork(file, graph, logits),
    model: { opset: model.opset, producer: model.producer, nodes: model.nodes.length },
    notes: [...notes, ...graph.notes.sentences],
  }
}

/** Those that the output depends on, in the order of the file, which computes everything before it is used. */
function neededNodes({ nodes }: ParsedModel, output: string): readonly ParsedNode[] {
  const needed = new Set([output])
  const kept: ParsedNode[] = []
  for (const node of nodes.toReversed()) {
    if (!node.outputs.some((name) => needed.has(name))) continue
    kept.push(node)
    for (const name of node.inputs) needed.add(name)
  }
  return kept.toReversed()
}

function usesOf(nodes: readonly ParsedNode[], output: string): ReadonlyMap<string, number> {
  const uses = new Map([[output, 1]])
  for (const name of nodes.flatMap(({ inputs }) => inputs)) uses.set(name, (uses.get(name) ?? 0) + 1)
  return uses
}

/** [batch, height, width, channels] */
function channelsLast({ input }: GraphImport): ImportedValue {
  return { ...input, view: transposedView(input.view, [0, 2, 3, 1]) ?? input.view }
}

/** Every operator is looked at first: one message names all that are not known. */
function assertKnown(file: NamedFile, nodes: readonly ParsedNode[]): void {
  const unknown = nodes.filter(({ op }) => !operators.has(op))
  const [first] = unknown
  if (first === undefined) return
  const at = `node ${quoted(first.name)}`
  const others = [...new Set(unknown.map(({ op }) => op))].filter((op) => op !== first.op)
  const named = others.slice(0, 5).map(quoted).join(', ')
  const more = others.length === 0 ? '' : `; nor are ${named}${others.length > 5 ? ' and others' : ''}`
  const problem = `${at}: the operator ${quoted(first.op)} is not known${more}`
  throw onnxError(file, 'file-unsupported', problem, at, remedyFor(first.op))
}

function runNode(
  file: NamedFile,
  node: ParsedNode,
  opset: number,
  graph: GraphImport,
  values: Map<string, ImportedValue>,
): void {
  const at = `node ${quoted(node.name)} (${node.op.slice(0, 80)})`
  const operator = operators.get(node.op)
  if (operator === undefined) throw new RangeError(`${node.op} was not looked at before it was run`)
  const operands = node.inputs.map((name) => {
    if (name === '') return undefined
    const value = values.get(name)
    if (value !== undefined) return value
    throw onnxError(file, 'file-corrupt', `${at}: nothing before it computes ${quoted(name)}`, at)
  })
  const made = operator(new OperatorCall(file, node, opset, operands), graph)
  const results: readonly ImportedValue[] = Array.isArray(made) ? made : [made as ImportedValue]
  results.forEach((value, index) => {
    const name = node.outputs[index]
    if (name === undefined || name === '') return
    if (values.has(name)) throw onnxError(file, 'file-corrupt', `${at}: ${quoted(name)} is computed twice`, at)
    values.set(name, value)
  })
}

/**
 * Identifier of the node that yields [batch, classes], whatever axes of one element lie around the classes. What keeps
 * their order at the end is left out, a Sigmoid too.
 */
function logitsOf(
  file: NamedFile,
  name: string,
  graph: GraphImport,
  values: ReadonlyMap<string, ImportedValue>,
): string {
  const at = `output ${quoted(name)}`
  const value = values.get(name)
  if (value === undefined) throw onnxError(file, 'file-corrupt', `nothing computes the ${at}`, at)
  const end: ParsedNode = { name, op: 'output', inputs: [name], outputs: [name], attributes: new Map() }
  const operation = new OperatorCall(file, end, 0, [value])
  if (value.kind !== 'view') return operation.corrupt('it does not depend on the images')
  const [, ...sample] = value.view.axes
  const long = sample.filter((factors) => factors.length > 0)
  const classes = long[0]?.reduce((product, { extent }) => product * extent, 1) ?? 1
  const vector = long.length < 2 && sample.length !== 1 ? reshaped(value.view, [graph.batch, classes]) : undefined
  const id = graph.vector(operation, vector === undefined ? value : { ...value, view: vector })
  if (value.ending !== undefined) {
    graph.notes.say(`The ${value.ending.op} at the end was left out: it keeps the order of the classes.`)
  }
  const last = graph.node(id)
  if (last.op !== 'sigmoid') return id
  graph.notes.say('The Sigmoid at the end was left out: it keeps the order of the classes.')
  return graph.vector(operation, graph.valueOf(last.input))
}
