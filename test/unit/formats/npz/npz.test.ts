import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { deflateRawSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { bytesSource } from '#formats/byte-source.ts'
import { readWeightsFile } from '#formats/weights-file/reader.ts'
import { writeNpz } from '#formats/npz/writer.ts'
import { writeZip } from '#formats/zip/writer.ts'
import { architectures } from '#networks/architectures.ts'
import { initialParameters } from '#networks/initial-parameters.ts'
import { matchArchitecture } from '#networks/matching.ts'
import { float32Tensor } from '#shared/tensors/host-tensor.ts'
import type { Result } from '#shared/basics/result.ts'
import { itWithPython, runPython } from '#test/support/python.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'
import { fuzz } from '../support/fuzz.ts'

const read = (bytes: Uint8Array) => readWeightsFile(bytesSource(bytes, 'weights.npz'))

function unwrap<T>(result: Result<T>): T {
  if (result.ok) return result.value
  throw new Error(`${result.error.code}: ${result.error.message}`)
}

async function contentOf(bytes: Uint8Array): Promise<unknown> {
  const { tensors } = unwrap(await read(bytes))
  return Object.fromEntries(
    [...tensors].map(([name, tensor]) => {
      return [name, { shape: tensor.shape, dtype: tensor.dtype, values: [...tensor.toFloat32()] }]
    }),
  )
}

interface Npy {
  readonly text?: string
  readonly version?: readonly [number, number]
  readonly headerBytes?: number
  readonly data?: Uint8Array
}

const six = new Uint8Array(Float32Array.of(1, 2, 3, 4, 5, 6).buffer)
const plain = "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 3), }\n"

function npy({ text = plain, version = [1, 0], headerBytes, data = six }: Npy = {}): Uint8Array {
  const header = new TextEncoder().encode(text)
  const length = Buffer.alloc(version[0] === 1 ? 2 : 4)
  if (version[0] === 1) length.writeUInt16LE(headerBytes ?? header.length)
  else length.writeUInt32LE(headerBytes ?? header.length)
  return Buffer.concat([Uint8Array.of(0x93), Buffer.from('NUMPY'), Uint8Array.from(version), length, header, data])
}

const archive = (entry: Uint8Array) => writeZip([['layer.weight.npy', entry]])
const described = (descr: string, data: Uint8Array = six) =>
  npy({ text: `{'descr': ${descr}, 'fortran_order': False, 'shape': (6,), }\n`, data })

describe('npz', () => {
  it.each([
    [1, 0],
    [2, 0],
    [3, 0],
  ] as const)('reads arrays of version %i.%i', async (...version) => {
    expect(await contentOf(archive(npy({ version })))).toEqual({
      'layer.weight': { shape: [2, 3], dtype: 'float32', values: [1, 2, 3, 4, 5, 6] },
    })
  })

  it.each([
    ["{'descr': '<f4', 'fortran_order': False, 'shape': (2,3)}", [2, 3]],
    ["{ 'shape' : ( 2 , 3 , ) , \"descr\" : '<f4' , 'fortran_order' : False }   \n", [2, 3]],
    ["{'descr': '<f4', 'fortran_order': True, 'shape': (6,), }\n", [6]],
  ])('reads the header %s', async (text, shape) => {
    expect(await contentOf(archive(npy({ text })))).toEqual({
      'layer.weight': { shape, dtype: 'float32', values: [1, 2, 3, 4, 5, 6] },
    })
  })

  it('puts Fortran order into row-major order', async () => {
    const text = "{'descr': '<f4', 'fortran_order': True, 'shape': (2, 3), }\n"
    expect(await contentOf(archive(npy({ text })))).toMatchObject({ 'layer.weight': { values: [1, 3, 5, 2, 4, 6] } })
  })

  it('reads a scalar', async () => {
    const text = "{'descr': '<i8', 'fortran_order': False, 'shape': (), }\n"
    const data = new Uint8Array(BigInt64Array.of(7n).buffer)
    expect(await contentOf(archive(npy({ text, data })))).toMatchObject({ 'layer.weight': { shape: [], values: [7] } })
  })

  itWithPython(['numpy'])('reads what NumPy writes, compressed or not, with any type and order', async () => {
    const folder = temporaryFolder()
    const script = `
import json, sys, numpy as np
from numpy.lib import format
folder = sys.argv[1]
base = (np.random.default_rng(3).integers(-512, 512, 24) / 64).reshape(2, 3, 4)
arrays = {
    "double": base, "single": base.astype("<f4"), "half": base.astype("<f2"),
    "fortran": np.asfortranarray(base.astype("<f4")), "cut": base.astype("<f4")[:, ::2], "turned": base.T,
    "module.bn.num_batches_tracked": np.int64(12), "flag": np.array([True, False]), "empty": np.zeros((0, 3), "<f4"),
}
np.savez(f"{folder}/plain.npz", **arrays)
np.savez_compressed(f"{folder}/compressed.npz", **arrays)
listed = {n: {"shape": list(np.shape(a)), "values": np.asarray(a).astype(float).ravel().tolist()} for n, a in arrays.items()}
json.dump(listed, open(f"{folder}/expected.json", "w"))
for version in (1, 2, 3):
    with open(f"{folder}/{version}.npy", "wb") as file:
        format.write_array(file, arrays["fortran"], version=(version, 0))
`
    runPython(['-c', script, folder])
    const expected: unknown = JSON.parse(readFileSync(join(folder, 'expected.json'), 'utf8'))
    expect(await contentOf(readFileSync(join(folder, 'plain.npz')))).toMatchObject(expected as object)
    expect(await contentOf(readFileSync(join(folder, 'compressed.npz')))).toMatchObject(expected as object)
    const versions = await Promise.all(
      [1, 2, 3].map((version) => contentOf(archive(readFileSync(join(folder, `${version}.npy`))))),
    )
    const { fortran } = expected as { fortran: object }
    for (const content of versions) expect(content).toMatchObject({ 'layer.weight': fortran })
  })

  const exported = architectures.filter(({ id }) => /^resnet20-|^shufflenet|^squeezenet/.test(id))
  it.each(exported.map(({ id, build }) => ({ id, build })))(
    'gives an exported $id back to the bit, and to its architecture',
    async ({ id, build }) => {
      const parameters = initialParameters(build(10), 5)
      const { tensors } = unwrap(await read(writeNpz(Object.entries(parameters))))
      expect([...tensors.keys()]).toEqual(Object.keys(parameters))
      for (const [name, { shape, data }] of Object.entries(parameters)) {
        const tensor = tensors.get(name)
        const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
        expect([tensor?.dtype, tensor?.shape], name).toEqual(['float32', shape])
        expect(Buffer.compare(tensor?.bytes ?? new Uint8Array(), bytes), name).toBe(0)
      }
      const matched = unwrap(matchArchitecture([...tensors].map(([name, { shape }]) => ({ name, shape }))))
      expect(matched.network.architecture).toBe(id)
    },
  )
})

describe('npz refuses', () => {
  const withText = (text: string) => archive(npy({ text }))
  const huge = "{'descr': '<f4', 'fortran_order': False, 'shape': (4503599627370496, 4), }\n"
  it.each<[string, Uint8Array, string, RegExp]>([
    ['an array cut in its magic', archive(npy().subarray(0, 5)), 'file-truncated', /magic and version/],
    ['an array cut in its length', archive(npy().subarray(0, 9)), 'file-truncated', /length of the header/],
    ['an array cut in its header', archive(npy().subarray(0, 40)), 'file-truncated', /expected a header/],
    ['an array cut in its values', archive(npy().subarray(0, -1)), 'file-truncated', /float32 of shape \[2, 3\]/],
    ['bytes after the values', archive(Buffer.concat([npy(), six])), 'file-corrupt', /float32 of shape \[2, 3\]/],
    ['something else called .npy', archive(Buffer.from('hello, world')), 'file-corrupt', /magic of a NumPy array/],
    ['another version', archive(npy({ version: [4, 0] })), 'file-unsupported', /found 4\.0/],
    ['a header that fills the memory', archive(npy({ version: [2, 0], headerBytes: 2 ** 31 })), 'file-unsafe', /10000/],
    ['a header that is no UTF-8', archive(npy({ version: [3, 0], headerBytes: 70 })), 'file-corrupt', /UTF-8/],
    ['big-endian values', archive(described("'>f4'")), 'file-unsupported', /found ">f4"/],
    ['complex values', archive(described("'<c8'")), 'file-unsupported', /found "<c8"/],
    ['texts', archive(described("'<U8'")), 'file-unsupported', /found "<U8"/],
    ['pickled objects', archive(described("'|O'")), 'file-unsafe', /pickled Python objects/],
    ['records', archive(described("[('a', '<f4')]")), 'file-unsupported', /one of fields/],
    ['a call instead of a type', archive(described('__import__("os")')), 'file-corrupt', /text in quotes/],
    ['a number as order', withText("{'descr': '<f4', 'fortran_order': 1, 'shape': (6,)}"), 'file-corrupt', /quotes/],
    [
      'a text as order',
      withText("{'descr': '<f4', 'fortran_order': 'no', 'shape': (6,)}"),
      'file-corrupt',
      /True or False/,
    ],
    ['a truth as type', withText("{'descr': True, 'fortran_order': False, 'shape': (6,)}"), 'file-corrupt', /as descr/],
    [
      'a text as shape',
      withText("{'descr': '<f4', 'fortran_order': False, 'shape': '6'}"),
      'file-corrupt',
      /tuple of countable extents/,
    ],
    [
      'a negative extent',
      withText("{'descr': '<f4', 'fortran_order': False, 'shape': (-6,)}"),
      'file-corrupt',
      /non-negative integers/,
    ],
    ['a shape beyond counting', withText(huge), 'file-corrupt', /tuple of countable extents/],
    [
      'a shape without end',
      withText(`{'descr': '<f4', 'fortran_order': False, 'shape': (${'1, '.repeat(33)})}`),
      'file-corrupt',
      /at most 32/,
    ],
    ['no shape', withText("{'descr': '<f4', 'fortran_order': False}"), 'file-corrupt', /expected shape/],
    ['a key twice', withText("{'descr': '<f4', 'descr': '<f8'}"), 'file-corrupt', /"descr" twice/],
    ['an unknown key', withText("{'code': 'x'}"), 'file-corrupt', /unknown key "code"/],
    ['an escape', withText("{'descr\\x00': '<f4'}"), 'file-corrupt', /without escapes/],
    ['an open text', withText("{'descr"), 'file-corrupt', /end of a text/],
    ['no dict', withText('[]'), 'file-corrupt', /expected "\{"/],
    ['more than a dict', withText(`${plain}import os`), 'file-corrupt', /end of the header/],
    [
      'an entry that is no array',
      writeZip([
        ['a.npy', npy()],
        ['b.txt', six],
      ]),
      'file-unsupported',
      /found entry "b\.txt"/,
    ],
    ['values of 3 bytes', archive(described("'<f3'")), 'file-unsupported', /found "<f3"/],
  ])('%s', async (_, bytes, code, message) => {
    expect(await read(bytes)).toMatchObject({
      ok: false,
      error: {
        code,
        message: expect.stringMatching(message),
        where: expect.stringMatching(/^weights\.npz, /),
        remedy: expect.any(String),
      },
    })
  })

  it('an archive that unpacks to more than a network could be, before it is unpacked', async () => {
    const [name, content] = ['a.npy', deflateRawSync(new Uint8Array(2 ** 20))]
    const bytes = writeZip([[name, content]])
    const view = new DataView(bytes.buffer)
    // The one entry of the directory: deflated, with 1 GiB announced.
    const entry = bytes.byteLength - 22 - 46 - name.length
    view.setUint16(entry + 10, 8, true)
    view.setUint32(entry + 24, 2 ** 30, true)
    expect(await read(bytes)).toMatchObject({
      ok: false,
      error: { code: 'file-unsafe', message: expect.stringMatching(/found 1073741824 announced/) },
    })
  })

  it('any mutation with a typed error, or reads it', async () => {
    const tensors = { a: float32Tensor([2, 3], Float32Array.of(1, 2, 3, 4, 5, 6)) }
    await fuzz(writeNpz(Object.entries(tensors)), read, ({ tensors: found }) => {
      for (const tensor of found.values()) tensor.toFloat32()
    })
  })

  it('any mutation behind a right checksum with a typed error, or reads it', async () => {
    const text = "{'descr': '<f8', 'fortran_order': True, 'shape': (3, 1, 1), }\n"
    await fuzz(
      npy({ text, version: [2, 0] }),
      (bytes) => read(archive(bytes)),
      ({ tensors: found }) => {
        for (const tensor of found.values()) tensor.toFloat32()
      },
    )
  })
})
