/** Writes what torch.save would: nested values with tensors, and pieces of pickle that say what no value does. */
import type { HostTensor } from '#shared/tensors/host-tensor.ts'
import { writeZip } from '#formats/zip/writer.ts'
import { assemble, global, PROTO_2, STOP, text, uint32, type Part } from '#test/unit/formats/pytorch/hostile-pickle.ts'

/** Opcodes that leave one value on the stack. */
export interface RawPickle {
  readonly opcodes: Part
}

export type TorchValue =
  | null
  | boolean
  | number
  | string
  | HostTensor
  | RawPickle
  | readonly TorchValue[]
  | { readonly [key: string]: TorchValue }

/** An object of a class, made by calling it, with attributes. */
export function pythonObject(module: string, name: string): RawPickle {
  return { opcodes: [global(module, name), ')', 'R', '}', text('value'), 'K', 1, 's', 'b'] }
}

/** A PyTorch checkpoint, zipped. Equal `HostTensor` objects share a storage. */
export function torchFile(value: TorchValue): Uint8Array {
  const storages = new Map<HostTensor, number>()
  const pickle = assemble(PROTO_2, opcodesOf(value, storages), STOP)
  return writeZip([
    ['archive/data.pkl', pickle],
    ...[...storages].map(([{ data }, key]): [string, Uint8Array] => {
      return [`archive/data/${key}`, new Uint8Array(data.buffer, data.byteOffset, data.byteLength)]
    }),
  ])
}

function opcodesOf(value: TorchValue, storages: Map<HostTensor, number>): Part {
  if (value === null) return 'N'
  if (typeof value === 'boolean') return value ? 0x88 : 0x89
  if (typeof value === 'number') return ['J', uint32(value)]
  if (typeof value === 'string') return text(value)
  if (isList(value)) return [']', '(', ...value.map((item) => opcodesOf(item, storages)), 'e']
  if (isRaw(value)) return value.opcodes
  if (isTensor(value)) return tensorOpcodes(value, storages)
  const entries = Object.entries(value).map(([key, item]) => [text(key), opcodesOf(item, storages)])
  return ['}', '(', ...entries, 'u']
}

function isList(value: TorchValue): value is readonly TorchValue[] {
  return Array.isArray(value)
}

function isRaw(value: object): value is RawPickle {
  return 'opcodes' in value
}

function isTensor(value: object): value is HostTensor {
  return 'data' in value && ArrayBuffer.isView(value.data)
}

function tensorOpcodes(tensor: HostTensor, storages: Map<HostTensor, number>): Part {
  const key = storages.get(tensor) ?? storages.size
  storages.set(tensor, key)
  const { shape, dtype, data } = tensor
  const storageClass = dtype === 'float32' ? 'FloatStorage' : 'IntStorage'
  const integers = (values: readonly number[]): Part => ['(', ...values.map((item) => ['J', uint32(item)]), 't']
  const strides = shape.map((_, axis) => shape.slice(axis + 1).reduce((count, extent) => count * extent, 1))
  const id: Part = [
    ['(', text('storage'), global('torch', storageClass), text(String(key)), text('cpu')],
    ['J', uint32(data.length), 't', 'Q'],
  ]
  const rest: Part = ['J', uint32(0), integers(shape), integers(strides), 0x89, '}', 't', 'R']
  return [global('torch._utils', '_rebuild_tensor_v2'), '(', id, rest]
}
