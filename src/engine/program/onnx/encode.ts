/**
 * Writes an ONNX model as protobuf (field numbers: onnx.proto, IR version 9). Only what the model types hold is written,
 * so one page of code replaces a generated encoder of ten thousand lines.
 */
import protobuf from 'protobufjs/minimal.js'
import { AppException } from '#shared/basics/result.ts'
import { dtypeCodes, type ExportedOnnxModel, type OnnxAttribute, type OnnxInitializer } from './model.ts'
import type { OnnxNode, OnnxPort } from './model.ts'

const irVersion = 9
/** The oldest operator set in which every reduction takes its axes as an operand; all providers know it. */
const programOpset = 18
/** Protobuf readers, ONNX Runtime's among them, refuse messages of 2 GiB; 16 MiB are left for the nodes. */
const constantLimitBytes = 2 ** 31 - 2 ** 24

type Writer = protobuf.Writer

/** Wire types of protobuf. */
const varint = 0
const lengthDelimited = 2
const fixed32 = 5

const attributeCodes: Readonly<Record<OnnxAttribute['kind'], number>> = { float: 1, int: 2, string: 3, ints: 7 }

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
  const writer = protobuf.Writer.create()
  writer.uint32(tag(1, varint)).int64(irVersion)
  writer.uint32(tag(2, lengthDelimited)).string('nern-studio')
  message(writer, 7, () => writeGraph(writer, model))
  for (const domain of new Set(['', ...model.nodes.map((node) => node.domain)])) {
    message(writer, 8, () => {
      writer.uint32(tag(1, lengthDelimited)).string(domain)
      writer.uint32(tag(2, varint)).int64(domain === '' ? (model.opset ?? programOpset) : 1)
    })
  }
  for (const [key, value] of Object.entries(model.metadata ?? {})) {
    message(writer, 14, () => {
      writer.uint32(tag(1, lengthDelimited)).string(key)
      writer.uint32(tag(2, lengthDelimited)).string(value)
    })
  }
  return writer.finish()
}

function writeGraph(writer: Writer, model: ExportedOnnxModel): void {
  for (const node of model.nodes) message(writer, 1, () => writeNode(writer, node))
  writer.uint32(tag(2, lengthDelimited)).string(model.name)
  for (const initializer of model.initializers) message(writer, 5, () => writeTensor(writer, initializer))
  for (const port of model.inputs) message(writer, 11, () => writePort(writer, port))
  for (const port of model.outputs) message(writer, 12, () => writePort(writer, port))
}

function writeNode(writer: Writer, node: OnnxNode): void {
  for (const input of node.inputs) writer.uint32(tag(1, lengthDelimited)).string(input)
  for (const output of node.outputs) writer.uint32(tag(2, lengthDelimited)).string(output)
  // The first output names the node, so that profiles and errors of the runtime can be traced back.
  writer.uint32(tag(3, lengthDelimited)).string(node.outputs[0] ?? '')
  writer.uint32(tag(4, lengthDelimited)).string(node.op)
  for (const [name, attribute] of Object.entries(node.attributes)) {
    message(writer, 5, () => writeAttribute(writer, name, attribute))
  }
  writer.uint32(tag(7, lengthDelimited)).string(node.domain)
}

function writeAttribute(writer: Writer, name: string, attribute: OnnxAttribute): void {
  writer.uint32(tag(1, lengthDelimited)).string(name)
  switch (attribute.kind) {
    case 'float':
      writer.uint32(tag(2, fixed32)).float(attribute.value)
      break
    case 'int':
      writer.uint32(tag(3, varint)).int64(attribute.value)
      break
    case 'string':
      writer.uint32(tag(4, lengthDelimited)).string(attribute.value)
      break
    case 'ints':
      for (const value of attribute.value) writer.uint32(tag(8, varint)).int64(value)
      break
  }
  writer.uint32(tag(20, varint)).int32(attributeCodes[attribute.kind])
}

function writeTensor(writer: Writer, { name, dtype, shape, data }: OnnxInitializer): void {
  for (const extent of shape) writer.uint32(tag(1, varint)).int64(extent)
  writer.uint32(tag(2, varint)).int32(dtypeCodes[dtype])
  writer.uint32(tag(8, lengthDelimited)).string(name)
  writer.uint32(tag(9, lengthDelimited)).bytes(new Uint8Array(data.buffer, data.byteOffset, data.byteLength))
}

function writePort(writer: Writer, { name, dtype, shape }: OnnxPort<number | string>): void {
  writer.uint32(tag(1, lengthDelimited)).string(name)
  message(writer, 2, () => {
    message(writer, 1, () => {
      writer.uint32(tag(1, varint)).int32(dtypeCodes[dtype])
      message(writer, 2, () => {
        for (const extent of shape) {
          message(writer, 1, () => {
            if (typeof extent === 'number') writer.uint32(tag(1, varint)).int64(extent)
            else writer.uint32(tag(2, lengthDelimited)).string(extent)
          })
        }
      })
    })
  })
}

function message(writer: Writer, field: number, write: () => void): void {
  writer.uint32(tag(field, lengthDelimited)).fork()
  write()
  writer.ldelim()
}

function tag(field: number, wireType: number): number {
  return field * 8 + wireType
}
