/**
 * ONNX graphs of convolutional networks as networks of the studio. The graph is read node by node, each operator of the
 * table turned into nodes of ours, shapes followed symbolically; what has no counterpart is refused by name.
 */
import {
  batchNormParameters,
  type Network,
  type NetworkNode,
  type ParameterSpec,
  type RepresentedLayer,
} from '#networks/network.ts'
import { graphOfNetwork } from '#networks/own-graph.ts'
import { sizeOf, type HostTensors } from '#shared/host-tensor.ts'
import { ownGraphPrefix } from '#shared/network-graph.ts'
import { kernelSizeOf } from '#shared/represented-shape.ts'
import { ok, type Result } from '#shared/result.ts'
import type { ByteSource } from '../byte-source.ts'
import { asResult, fileError, fileFailure, quoted, type NamedFile } from '../file-error.ts'
import { graphIdentifier } from '../network-graph.ts'
import { GraphImport, type Operator } from './graph-import.ts'
import { parseModel, type OnnxModel, type OnnxNode, type OnnxPort } from './model.ts'
import { Operation, type Value } from './operation.ts'
import { arrangementOperators } from './operators/arrangement.ts'
import { constantOperators } from './operators/constants.ts'
import { elementwiseOperators } from './operators/elementwise.ts'
import { layerOperators } from './operators/layers.ts'
import { poolingOperators } from './operators/pooling.ts'
import { reshaped, transposed } from './view.ts'

export interface OnnxNetwork {
  readonly network: Network
  readonly parameters: HostTensors
  readonly model: Pick<OnnxModel, 'opset' | 'producer'> & { readonly nodes: number }
}

/** Protobuf's own limit. */
const MAX_ONNX_BYTES = 2 ** 31 - 1
/** Extent of a free batch: a prime, so that no other extent can be taken for it. */
const freeBatch = 65_537

const operators: ReadonlyMap<string, Operator> = new Map(
  Object.entries({
    ...layerOperators,
    ...poolingOperators,
    ...elementwiseOperators,
    ...arrangementOperators,
    ...constantOperators,
  }),
)

/** Whether the first bytes of a file are those of an ONNX model: the version of its format, then the next field. */
export function isOnnx(probe: Uint8Array): boolean {
  const [irTag, irVersion = 0, nextTag = 0] = probe
  const nextTags = [0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42, 0x72]
  // Its ninth byte opens the header of a safetensors file.
  return irTag === 0x08 && irVersion >= 3 && irVersion <= 0x1f && nextTags.includes(nextTag) && probe[8] !== 0x7b
}

/**
 * Reads a model. Errors: `file-truncated`, `file-corrupt`, `file-unsafe`, and `file-unsupported` for an operator, an
 * operator set or an arrangement without counterpart, each with the byte or node.
 */
export function readOnnx(source: ByteSource): Promise<Result<OnnxNetwork>> {
  return asResult(async () => {
    if (source.size > MAX_ONNX_BYTES) {
      const problem = `expected an ONNX model of at most ${MAX_ONNX_BYTES} bytes, found ${source.size}`
      return fileFailure(source, 'file-unsupported', problem, 'byte 0')
    }
    const model = parseModel(source, await source.read(0, source.size))
    return ok(networkOfModel(source, model))
  })
}

function networkOfModel(file: NamedFile, model: OnnxModel): OnnxNetwork {
  const [input, ...otherInputs] = model.inputs
  const [output, ...otherOutputs] = model.outputs
  if (input === undefined || output === undefined || otherInputs.length > 0 || otherOutputs.length > 0) {
    const problem = `expected one input and one output, found ${model.inputs.length} and ${model.outputs.length}`
    throw fileError(file, 'file-unsupported', problem, 'graph')
  }
  const nodes = neededNodes(model, output.name)
  const images = imagesOf(file, input)
  const graph = new GraphImport(images.shape, images.batch, usesOf(nodes, output.name))
  const values = new Map<string, Value>()
  for (const [name, tensor] of model.initializers) values.set(name, graph.constantOf(name, tensor))
  values.set(input.name, images.isChannelsLast ? channelsLast(graph) : graph.input)
  for (const node of nodes) runNode(file, node, model.opset, graph, values)
  const logits = logitsOf(file, output.name, graph, values)
  return {
    ...finished(file, graph, logits),
    model: { opset: model.opset, producer: model.producer, nodes: model.nodes.length },
  }
}

/** Those that the output depends on, in the order of the file, which computes everything before it is used. */
function neededNodes({ nodes }: OnnxModel, output: string): readonly OnnxNode[] {
  const needed = new Set([output])
  const kept: OnnxNode[] = []
  for (const node of nodes.toReversed()) {
    if (!node.outputs.some((name) => needed.has(name))) continue
    kept.push(node)
    for (const name of node.inputs) needed.add(name)
  }
  return kept.toReversed()
}

function usesOf(nodes: readonly OnnxNode[], output: string): ReadonlyMap<string, number> {
  const uses = new Map([[output, 1]])
  for (const name of nodes.flatMap(({ inputs }) => inputs)) uses.set(name, (uses.get(name) ?? 0) + 1)
  return uses
}

interface Images {
  readonly shape: Network['inputShape']
  readonly batch: number
  readonly isChannelsLast: boolean
}

const colours = 3
const largestSide = 4096

function imagesOf(file: NamedFile, { name, shape = [] }: OnnxPort): Images {
  const [batch, second, third, fourth] = shape
  const isChannelsLast = second !== colours && fourth === colours
  const [channels, height, width] = isChannelsLast ? [fourth, second, third] : [second, third, fourth]
  if (shape.length !== 4 || channels !== colours || height === undefined || width === undefined) {
    const found = `[${shape.map((extent) => extent ?? 'free').join(', ')}]`
    const problem = `expected images [batch, 3, height, width] of known size as input ${quoted(name)}, found ${found}`
    const remedy = 'Export the network for colour images of one size; only the batch may be free.'
    throw fileError(file, 'file-unsupported', problem, `input ${quoted(name)}`, remedy)
  }
  if (height > largestSide || width > largestSide) {
    const problem = `expected images of at most ${largestSide} pixels a side, found ${height} x ${width}`
    throw fileError(file, 'file-unsupported', problem, `input ${quoted(name)}`)
  }
  return { shape: { channels, height, width }, batch: batch ?? freeBatch, isChannelsLast }
}

/** [batch, height, width, channels] */
function channelsLast({ input }: GraphImport): Value {
  return { ...input, view: transposed(input.view, [0, 2, 3, 1]) ?? input.view }
}

function runNode(file: NamedFile, node: OnnxNode, opset: number, graph: GraphImport, values: Map<string, Value>): void {
  const at = `node ${quoted(node.name)}`
  const operator = operators.get(node.op)
  if (operator === undefined) {
    const problem = `${at}: the operator ${quoted(node.op)} is not known`
    const remedy = `Known operators: ${[...operators.keys()].sort().join(', ')}.`
    throw fileError(file, 'file-unsupported', problem, at, remedy)
  }
  const operands = node.inputs.map((name) => {
    if (name === '') return undefined
    const value = values.get(name)
    if (value !== undefined) return value
    throw fileError(file, 'file-corrupt', `${at}: nothing before it computes ${quoted(name)}`, at)
  })
  const made = operator(new Operation(file, node, opset, operands), graph)
  const results: readonly Value[] = Array.isArray(made) ? made : [made as Value]
  results.forEach((value, index) => {
    const name = node.outputs[index]
    if (name === undefined || name === '') return
    if (values.has(name)) throw fileError(file, 'file-corrupt', `${at}: ${quoted(name)} is computed twice`, at)
    values.set(name, value)
  })
}

/** Identifier of the node that yields [batch, classes]; a map of one pixel is taken for it, too. */
function logitsOf(file: NamedFile, name: string, graph: GraphImport, values: ReadonlyMap<string, Value>): string {
  const at = `output ${quoted(name)}`
  const value = values.get(name)
  if (value === undefined) throw fileError(file, 'file-corrupt', `nothing computes the ${at}`, at)
  const end: OnnxNode = { name, op: 'output', inputs: [name], outputs: [name], attributes: new Map() }
  const operation = new Operation(file, end, 0, [value])
  if (value.kind !== 'view') return operation.corrupt('it does not depend on the images')
  const { axes } = value.view
  const isMap = axes.length === 4 && axes[2]?.length === 0 && axes[3]?.length === 0
  const classes = axes[1]?.reduce((product, { extent }) => product * extent, 1) ?? 1
  const vector = isMap ? reshaped(value.view, [graph.batch, classes]) : undefined
  return graph.vector(operation, vector === undefined ? value : { ...value, view: vector })
}

function finished(file: NamedFile, graph: GraphImport, output: string): Omit<OnnxNetwork, 'model'> {
  const nodes = reachable(graph.nodes, output)
  const used = new Set(nodes.flatMap(parametersOf))
  const kept = graph.parameters.filter(({ spec }) => used.has(spec.name))
  const specs = kept.map(({ spec }) => spec)
  const representedLayers = layersToRepresent(specs)
  if (representedLayers.length === 0) {
    throw fileError(file, 'file-unsupported', 'expected a network with convolutions, found none', 'graph')
  }
  const maps = featureMaps(nodes, (id) => graph.shapeOf(id).length === 3)
  const [classes] = graph.shapeOf(output)
  const convolutions = nodes.filter(({ op }) => op === 'conv').length
  const network = {
    architecture: ownGraphPrefix,
    title: `ONNX graph with ${convolutions} convolution${convolutions === 1 ? '' : 's'}`,
    inputShape: graph.inputShape,
    classes,
    parameters: specs,
    nodes,
    output,
    representedLayers,
    featureMaps: { faithful: maps, documented: maps },
  }
  const description = graphOfNetwork(network)
  if (!description.ok) {
    throw fileError(file, description.error.code, `its network: ${description.error.message}`, 'graph')
  }
  return {
    network: {
      ...network,
      architecture: graphIdentifier(description.value),
      preprocessing: graph.preprocessing,
      graph: description.value,
    },
    parameters: Object.fromEntries(kept.map(({ spec, value }) => [spec.name, value])),
  }
}

function reachable(nodes: readonly NetworkNode[], output: string): readonly NetworkNode[] {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const needed = new Set<string>()
  const open = [output]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (needed.has(id)) continue
    needed.add(id)
    const node = byId.get(id)
    if (node !== undefined) open.push(...inputsOf(node))
  }
  return nodes.filter(({ id }) => needed.has(id))
}

function inputsOf(node: NetworkNode): readonly string[] {
  if (node.op === 'input') return []
  return 'inputs' in node ? node.inputs : [node.input]
}

function parametersOf(node: NetworkNode): readonly string[] {
  if (node.op === 'conv' || node.op === 'linear') return [node.weight, ...(node.bias === undefined ? [] : [node.bias])]
  return node.op === 'batch-norm' ? batchNormParameters(node.prefix) : []
}

const usualKernelSize = 3

/**
 * Every convolution with kernels of at most 3 x 3, or of at most the size that holds the most weights: a predictor yields
 * kernels of the largest size, so a lone 7 x 7 stem would make all others dear (the zoo leaves it out, too).
 */
function layersToRepresent(parameters: readonly ParameterSpec[]): readonly RepresentedLayer[] {
  const layers = parameters.flatMap(({ name, shape, role }): readonly RepresentedLayer[] => {
    const [filters, channels, height, width] = shape
    if (role !== 'conv-weight' || filters === undefined || channels === undefined) return []
    return height === undefined || width === undefined ? [] : [{ name, shape: [filters, channels, height, width] }]
  })
  const weights = new Map<number, number>()
  for (const layer of layers) {
    const size = kernelSizeOf([layer])
    weights.set(size, (weights.get(size) ?? 0) + sizeOf(layer.shape))
  }
  const [usual] = [...weights].toSorted(([, left], [, right]) => right - left)[0] ?? [usualKernelSize]
  return layers.filter((layer) => kernelSizeOf([layer]) <= Math.max(usualKernelSize, usual))
}

/** Behind every convolution, after its batch-norm where it has one, and every sum: as the zoo has it for ResNets. */
function featureMaps(nodes: readonly NetworkNode[], isMap: (id: string) => boolean): readonly string[] {
  const normalised = new Set(nodes.flatMap((node) => (node.op === 'batch-norm' ? [node.input] : [])))
  const convolutions = new Set(nodes.filter(({ op }) => op === 'conv').map(({ id }) => id))
  return nodes
    .filter((node) => {
      if (node.op === 'batch-norm') return convolutions.has(node.input)
      return node.op === 'conv' ? !normalised.has(node.id) : node.op === 'add' && isMap(node.id)
    })
    .map(({ id }) => id)
}
