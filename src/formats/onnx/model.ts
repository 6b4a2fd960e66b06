/**
 * ModelProto of onnx.proto, as far as an inference graph of one function needs it. Graphs inside of nodes (loops,
 * branches), functions and sparse tensors are refused, so nothing here nests deeper than the format's own five
 * levels.
 */
import {
  attributeFields,
  dimensionFields,
  graphFields,
  modelFields,
  nodeFields,
  operatorSetFields,
  portFields,
  shapeFields,
  tensorTypeFields,
  typeFields,
} from '#shared/onnx/schema.ts'
import { quoted, type NamedFile } from '../file-error.ts'
import { onnxError } from './onnx-error.ts'
import type { FileTensor } from '../file-tensor.ts'
import { ExternalData } from './external-data.ts'
import { fieldsOf, fixedOf, integerOf, messageOf, textOf, varintsOf, exactInteger } from './protobuf.ts'
import type { MessageBytes } from './protobuf.ts'
import { parseTensor } from './tensor.ts'

export interface ParsedAttribute {
  readonly float?: number
  readonly int?: number
  readonly text?: string
  readonly tensor?: FileTensor
  /** Empty when the attribute is no list. */
  readonly floats: readonly number[]
  readonly ints: readonly number[]
}

export interface ParsedNode {
  /** Of the node, or of its first output when it has none; for people. */
  readonly name: string
  readonly op: string
  /** An empty name stands for an operand that is left out. */
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
  readonly attributes: ReadonlyMap<string, ParsedAttribute>
}

/** An input or output of the graph; an extent is undefined where it is free. */
export interface ParsedPort {
  readonly name: string
  readonly shape: readonly (number | undefined)[] | undefined
}

export interface ParsedModel {
  readonly opset: number
  /** The program that wrote it; empty when it does not say. */
  readonly producer: string
  readonly nodes: readonly ParsedNode[]
  readonly initializers: ReadonlyMap<string, FileTensor>
  /** Without those that are initializers. */
  readonly inputs: readonly ParsedPort[]
  readonly outputs: readonly ParsedPort[]
}

const mostNodes = 100_000
const oldestOpset = 7
const newestOpset = 24

/**
 * Throws `AppException`: `file-truncated`, `file-corrupt`, `file-unsupported`, `file-unsafe`.
 * @param external of the tensors in other files; what it has not loaded is empty
 */
export function parseModel(file: NamedFile, bytes: Uint8Array, external = new ExternalData()): ParsedModel {
  let graph: MessageBytes | undefined
  let opset: number | undefined
  let producer = ''
  for (const field of fieldsOf(file, { bytes, begin: 0 })) {
    if (field.number === modelFields.producer) producer = textOf(file, field)
    else if (field.number === modelFields.graph) graph = messageOf(file, field)
    else if (field.number === modelFields.operatorSet) opset = standardOpset(file, messageOf(file, field)) ?? opset
  }
  if (graph === undefined)
    throw onnxError(file, 'file-corrupt', 'expected a graph in the ONNX model, found none', 'end')
  if (opset === undefined || opset < oldestOpset || opset > newestOpset) {
    const problem = `expected operator set ${oldestOpset} to ${newestOpset}, found ${opset ?? 'none'}`
    const remedy = 'Export the network again with opset_version=17.'
    throw onnxError(file, 'file-unsupported', problem, 'operator set', remedy)
  }
  return { opset, producer, ...parseGraph(file, graph, external) }
}

/** Version of the operators whose domain has no name; undefined for another domain. */
function standardOpset(file: NamedFile, message: MessageBytes): number | undefined {
  let domain = ''
  let version: number | undefined
  for (const field of fieldsOf(file, message)) {
    if (field.number === operatorSetFields.domain) domain = textOf(file, field)
    else if (field.number === operatorSetFields.version) version = integerOf(file, field)
  }
  return domain === '' || domain === 'ai.onnx' ? version : undefined
}

function parseGraph(
  file: NamedFile,
  message: MessageBytes,
  external: ExternalData,
): Omit<ParsedModel, 'opset' | 'producer'> {
  const nodes: ParsedNode[] = []
  const initializers = new Map<string, FileTensor>()
  const inputs: ParsedPort[] = []
  const outputs: ParsedPort[] = []
  for (const field of fieldsOf(file, message)) {
    switch (field.number) {
      case graphFields.node:
        if (nodes.length === mostNodes) {
          throw onnxError(file, 'file-unsafe', `expected at most ${mostNodes} nodes, found more`, `byte ${field.at}`)
        }
        nodes.push(parseNode(file, messageOf(file, field), external))
        break
      case graphFields.initializer: {
        const { name, tensor } = parseTensor(file, messageOf(file, field), external)
        if (name === '' || initializers.has(name)) {
          const problem = `expected every tensor under a name of its own, found ${quoted(name)}`
          throw onnxError(file, 'file-corrupt', problem, `byte ${field.at}`)
        }
        initializers.set(name, tensor)
        break
      }
      case graphFields.input:
        inputs.push(parsePort(file, messageOf(file, field)))
        break
      case graphFields.output:
        outputs.push(parsePort(file, messageOf(file, field)))
        break
      case graphFields.sparseInitializer:
        throw onnxError(file, 'file-unsupported', 'sparse tensors are not read', `byte ${field.at}`)
      default:
      // Names and shapes of values in between, and documentation.
    }
  }
  return { nodes, initializers, inputs: inputs.filter(({ name }) => !initializers.has(name)), outputs }
}

function parseNode(file: NamedFile, message: MessageBytes, external: ExternalData): ParsedNode {
  const inputs: string[] = []
  const outputs: string[] = []
  const fields: MessageBytes[] = []
  let name = ''
  let op = ''
  let domain = ''
  for (const field of fieldsOf(file, message)) {
    if (field.number === nodeFields.input) inputs.push(textOf(file, field))
    else if (field.number === nodeFields.output) outputs.push(textOf(file, field))
    else if (field.number === nodeFields.name) name = textOf(file, field)
    else if (field.number === nodeFields.op) op = textOf(file, field)
    else if (field.number === nodeFields.domain) domain = textOf(file, field)
    else if (field.number === nodeFields.attribute) fields.push(messageOf(file, field))
  }
  const isStandard = domain === '' || domain === 'ai.onnx'
  const node = {
    name: name === '' ? (outputs[0] ?? '') : name,
    op: isStandard ? op : `${domain}.${op}`,
    inputs,
    outputs,
  }
  return { ...node, attributes: new Map(fields.map((field) => parseAttribute(file, field, node, external))) }
}

function parseAttribute(
  file: NamedFile,
  message: MessageBytes,
  node: Pick<ParsedNode, 'name' | 'op'>,
  external: ExternalData,
): readonly [string, ParsedAttribute] {
  let name = ''
  let attribute: Omit<ParsedAttribute, 'floats' | 'ints'> = {}
  const floats: number[] = []
  const ints: number[] = []
  for (const field of fieldsOf(file, message)) {
    switch (field.number) {
      case attributeFields.name:
        name = textOf(file, field)
        break
      case attributeFields.float:
        attribute = { ...attribute, float: floatsOf(fixedOf(file, field, 4))[0] ?? NaN }
        break
      case attributeFields.int:
        attribute = { ...attribute, int: integerOf(file, field) }
        break
      case attributeFields.string:
        // Any bytes, by the standard; operators here look for words.
        attribute = { ...attribute, text: new TextDecoder().decode(messageOf(file, field).bytes) }
        break
      case attributeFields.tensor:
        attribute = { ...attribute, tensor: parseTensor(file, messageOf(file, field), external).tensor }
        break
      case attributeFields.floats:
        for (const value of floatsOf(fixedOf(file, field, 4))) floats.push(value)
        break
      case attributeFields.ints:
        for (const integer of varintsOf(file, field)) ints.push(exactInteger(file, integer, field.at))
        break
      case attributeFields.graph:
      case attributeFields.graphs:
        throw onnxError(
          file,
          'file-unsupported',
          `node ${quoted(node.name)} (${node.op.slice(0, 80)}): graphs inside of a node are not read`,
          `node ${quoted(node.name)}`,
        )
      default:
      // Types, texts and documentation: an operator that needed them would miss them by name.
    }
  }
  return [name, { ...attribute, floats, ints }]
}

function floatsOf(bytes: Uint8Array): readonly number[] {
  return Array.from(new Float32Array(new Uint8Array(bytes).buffer))
}

function parsePort(file: NamedFile, message: MessageBytes): ParsedPort {
  let name = ''
  let shape: (number | undefined)[] | undefined
  for (const field of fieldsOf(file, message)) {
    if (field.number === portFields.name) name = textOf(file, field)
    else if (field.number === portFields.type) {
      for (const type of nested(file, messageOf(file, field), typeFields.tensor)) {
        for (const dimensions of nested(file, type, tensorTypeFields.shape)) {
          shape = nested(file, dimensions, shapeFields.dimension).map((dimension) => extentOf(file, dimension))
        }
      }
    }
  }
  return { name, shape }
}

function nested(file: NamedFile, message: MessageBytes, number: number): readonly MessageBytes[] {
  return [...fieldsOf(file, message)].filter((field) => field.number === number).map((field) => messageOf(file, field))
}

function extentOf(file: NamedFile, message: MessageBytes): number | undefined {
  let extent: number | undefined
  for (const field of fieldsOf(file, message)) {
    if (field.number === dimensionFields.value) extent = integerOf(file, field)
  }
  return extent !== undefined && extent > 0 ? extent : undefined
}
