import { expect, it } from 'vitest'
import { bytesSource } from '#formats/byte-source.ts'
import { writeNpz } from '#formats/npz/writer.ts'
import { openZip } from '#formats/zip/zip.ts'
import { writeZip } from '#formats/zip/writer.ts'
import { float32Tensor, int32Tensor } from '#shared/tensors/host-tensor.ts'

it('writes archives that the reader opens, the same for the same content', async () => {
  const entries = [
    ['a.txt', new TextEncoder().encode('one')],
    ['größe/b', new Uint8Array(0)],
  ] as const
  const bytes = writeZip(entries)
  const zip = await openZip(bytesSource(bytes, 'a.zip'))
  const read = []
  for (const [name, entry] of zip.entries) read.push([name, await zip.read(entry)])
  expect(read).toEqual(entries.map(([name, content]) => [name, content]))
  expect(writeZip(entries)).toEqual(bytes)
  expect((await openZip(bytesSource(writeZip([]), 'empty.zip'))).entries.size).toBe(0)
})

it('starts the data of an array at a multiple of 64 bytes and says its shape as Python does', async () => {
  const bytes = writeNpz([
    ['x', float32Tensor([2, 1], Float32Array.of(1, -2))],
    ['y', int32Tensor([3], Int32Array.of(1, 2, 3))],
    ['z', float32Tensor([], Float32Array.of(5))],
  ])
  const zip = await openZip(bytesSource(bytes, 'a.npz'))
  const headers = []
  for (const [name, entry] of zip.entries) {
    const content = await zip.read(entry)
    const length = new DataView(content.buffer, content.byteOffset).getUint16(8, true)
    expect((10 + length) % 64).toBe(0)
    headers.push([name, new TextDecoder().decode(content.subarray(10, 10 + length)).trim()])
  }
  expect(headers).toEqual([
    ['x.npy', "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }"],
    ['y.npy', "{'descr': '<i4', 'fortran_order': False, 'shape': (3,), }"],
    ['z.npy', "{'descr': '<f4', 'fortran_order': False, 'shape': (), }"],
  ])
})
