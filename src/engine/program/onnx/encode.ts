/** Writes an ONNX model as protobuf: what the model types hold, and no more. */
import { AppException } from '#shared/basics/result.ts'
import { MessageWriter } from '#shared/onnx/message-writer.ts'
import {
  attributeFields,
  attributeTypes,
  dimensionFields,
  elementTypes,
  entryFields,
  graphFields,
  modelFields,
  nodeFields,
  operatorSetFields,
  portFields,
  shapeFields,
  tensorFields,
  tensorTypeFields,
  typeFields,
} from '#shared/onnx/schema.ts'
import type { ExportedOnnxModel, OnnxAttribute, OnnxInitializer, OnnxNode, OnnxPort } from './model.ts'

const irVersion = 9
/** The oldest operator set in which every reduction takes its axes as an operand; all providers know it. */
const programOpset = 18
/** Protobuf readers, ONNX Runtime's among them, refuse messages of 2 GiB; 16 MiB are left for the nodes. */
const constantLimitBytes = 2 ** 31 - 2 ** 24

/** Throws `AppException` `op-unsupported` when the model would exceed what protobuf can hold. */
export function encodeModel(model: ExportedOnnxModel): Uint8Array {
  const constantBytes = model.initializers.reduce((sum, { data }) => sum + data.byteLength, 0)
  if (constantBytes > constantLimitBytes) {
    throw new AppException({
      code: 'op-unsupported',
      message: `Program ${model.name} holds ${constantBytes} bytes of constants; a compiled program holds 2 GiB at most`,
      remedy: 'Pass large tensors as inputs or state.',
    })
  }
  const writer = new MessageWriter()
  writer.integer(modelFields.irVersion, irVersion)
  writer.text(modelFields.producer, 'nern-studio')
  writer.message(modelFields.graph, (graph) => writeGraph(graph, model))
  for (const domain of new Set(['', ...model.nodes.map((node) => node.domain)])) {
    writer.message(modelFields.operatorSet, (operatorSet) => {
      operatorSet.text(operatorSetFields.domain, domain)
      operatorSet.integer(operatorSetFields.version, domain === '' ? (model.opset ?? programOpset) : 1)
    })
  }
  for (const [key, value] of Object.entries(model.metadata ?? {})) {
    writer.message(modelFields.metadata, (entry) => {
      entry.text(entryFields.key, key)
      entry.text(entryFields.value, value)
    })
  }
  return writer.finish()
}

function writeGraph(graph: MessageWriter, model: ExportedOnnxModel): void {
  for (const node of model.nodes) graph.message(graphFields.node, (message) => writeNode(message, node))
  graph.text(graphFields.name, model.name)
  for (const initializer of model.initializers) {
    graph.message(graphFields.initializer, (message) => writeTensor(message, initializer))
  }
  for (const port of model.inputs) graph.message(graphFields.input, (message) => writePort(message, port))
  for (const port of model.outputs) graph.message(graphFields.output, (message) => writePort(message, port))
}

function writeNode(message: MessageWriter, node: OnnxNode): void {
  for (const input of node.inputs) message.text(nodeFields.input, input)
  for (const output of node.outputs) message.text(nodeFields.output, output)
  // The first output names the node, so that profiles and errors of the runtime can be traced back.
  message.text(nodeFields.name, node.outputs[0] ?? '')
  message.text(nodeFields.op, node.op)
  for (const [name, attribute] of Object.entries(node.attributes)) {
    message.message(nodeFields.attribute, (inner) => writeAttribute(inner, name, attribute))
  }
  message.text(nodeFields.domain, node.domain)
}

function writeAttribute(message: MessageWriter, name: string, attribute: OnnxAttribute): void {
  message.text(attributeFields.name, name)
  switch (attribute.kind) {
    case 'float':
      message.float(attributeFields.float, attribute.value)
      break
    case 'int':
      message.integer(attributeFields.int, attribute.value)
      break
    case 'string':
      message.text(attributeFields.string, attribute.value)
      break
    case 'ints':
      for (const value of attribute.value) message.integer(attributeFields.ints, value)
      break
  }
  message.integer(attributeFields.type, attributeTypes[attribute.kind])
}

function writeTensor(message: MessageWriter, { name, dtype, shape, data }: OnnxInitializer): void {
  for (const extent of shape) message.integer(tensorFields.extent, extent)
  message.integer(tensorFields.elementType, elementTypes[dtype])
  message.text(tensorFields.name, name)
  message.bytes(tensorFields.raw, new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
}

function writePort(message: MessageWriter, { name, dtype, shape }: OnnxPort<number | string>): void {
  message.text(portFields.name, name)
  message.message(portFields.type, (type) => {
    type.message(typeFields.tensor, (tensor) => {
      tensor.integer(tensorTypeFields.elementType, elementTypes[dtype])
      tensor.message(tensorTypeFields.shape, (extents) => {
        for (const extent of shape) {
          extents.message(shapeFields.dimension, (dimension) => {
            if (typeof extent === 'number') dimension.integer(dimensionFields.value, extent)
            else dimension.text(dimensionFields.name, extent)
          })
        }
      })
    })
  })
}
