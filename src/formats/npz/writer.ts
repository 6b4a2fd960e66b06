import type { HostTensor } from '#shared/tensors/host-tensor.ts'
import { writeZip } from '../zip/writer.ts'
import { npyMagic } from './npy-header.ts'

/** Data starts at a multiple of this. */
const alignment = 64

/** Bytes of a .npz archive (NumPy, "A simple file format for NumPy arrays", version 1.0), one array a tensor. */
export function writeNpz(tensors: Iterable<readonly [string, HostTensor]>): Uint8Array<ArrayBuffer> {
  return writeZip([...tensors].map(([name, tensor]) => [`${name}.npy`, npyBytes(tensor)]))
}

function npyBytes({ shape, dtype, data }: HostTensor): Uint8Array {
  const extents = shape.length === 1 ? `${shape.join()},` : shape.join(', ')
  const kind = dtype === 'float32' ? '<f4' : '<i4'
  const text = `{'descr': '${kind}', 'fortran_order': False, 'shape': (${extents}), }`
  const prefix = npyMagic.length + 4
  const headerBytes = Math.ceil((prefix + text.length + 1) / alignment) * alignment
  const bytes = new Uint8Array(headerBytes + data.byteLength)
  bytes.set([...npyMagic, 1, 0])
  new DataView(bytes.buffer).setUint16(8, headerBytes - prefix, true)
  bytes.set(new TextEncoder().encode(`${text.padEnd(headerBytes - prefix - 1)}\n`), prefix)
  bytes.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), headerBytes)
  return bytes
}
