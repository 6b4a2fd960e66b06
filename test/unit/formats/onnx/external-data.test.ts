/** Weights in files beside a model, as newer exporters write them. */
import { mkdir, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, describe, it } from 'vitest'
import { bytesSource, openFileSource } from '#formats/byte-source.ts'
import { readOnnx } from '#formats/onnx/reader.ts'
import { unwrap, type Result } from '#shared/basics/result.ts'
import { temporaryFolder } from '../support/folder.ts'
import { field, modelOf } from './model-bytes.ts'

const numbers = [1, 2, 3, -4, -5, -6]
const data = new Uint8Array(Float32Array.from([99, ...numbers]).buffer)
const sizeBytes = 24

/** float32 [2, 3, 1, 1] with its values in another file. */
function tensor(entries: Readonly<Record<string, string>>): readonly Uint8Array[] {
  const place = Object.entries(entries).map(([key, value]) => field(13, [field(1, key), field(2, value)]))
  return [field(1, 2), field(1, 3), field(1, 1), field(1, 1), field(2, 1), ...place, field(14, 1)]
}

const usual = { location: 'network.data', offset: '4', length: String(sizeBytes) }

async function readFrom(folder: string, bytes: Uint8Array): Promise<Awaited<ReturnType<typeof readOnnx>>> {
  const path = join(folder, 'network.onnx')
  await writeFile(path, bytes)
  const source = unwrap(await openFileSource(path))
  const result = await readOnnx(source)
  await source.close()
  return result
}

function weightsOf(
  result: Result<{ readonly parameters: Readonly<Record<string, { readonly data: ArrayLike<number> }>> }>,
) {
  return Array.from(unwrap(result).parameters['w']?.data ?? [])
}

describe('weights beside a model', () => {
  it.each<[string, Readonly<Record<string, string>>, Uint8Array]>([
    ['at an offset', usual, data],
    ['named with a dot', { ...usual, location: './network.data' }, data],
    ['without a length', { location: 'network.data', offset: '4' }, data],
    ['without an offset', { location: 'network.data' }, data.subarray(4)],
    ['with a checksum', { ...usual, checksum: 'a3' }, data],
  ])('are read %s', async (_, entries, bytes) => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'network.data'), bytes)
    const result = await readFrom(folder, modelOf(tensor(entries)))
    expect(weightsOf(result)).toEqual(numbers)
    expect(unwrap(result).notes).toContain('Its weights were read from "network.data" beside it.')
  })

  it('are read through a link within the folder, and once where tensors share them', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'content'), data)
    await symlink('content', join(folder, 'network.data'))
    const shared = field(5, [field(8, 'other'), ...tensor(usual)])
    expect(weightsOf(await readFrom(folder, modelOf(tensor(usual), [shared])))).toEqual(numbers)
  })

  const elsewhere = [
    '../network.data',
    '/etc/passwd',
    'C:\\network.data',
    'below/network.data',
    'a\\b',
    '..',
    '.',
    'a\0b',
  ]
  it.each(elsewhere)('are not read from %j', async (location) => {
    const folder = await temporaryFolder()
    await mkdir(join(folder, 'below'))
    await writeFile(join(folder, 'below', 'network.data'), data)
    expect(await readFrom(folder, modelOf(tensor({ ...usual, location })))).toMatchObject({
      ok: false,
      error: {
        code: 'file-unsafe',
        message: expect.stringMatching(/tensor "w": its values lie in .*the folder of the model/),
      },
    })
  })

  it('are not read through a link to another folder', async () => {
    const folder = await temporaryFolder()
    const other = await temporaryFolder()
    await writeFile(join(other, 'network.data'), data)
    await symlink(join(other, 'network.data'), join(folder, 'network.data'))
    expect(await readFrom(folder, modelOf(tensor(usual)))).toMatchObject({
      ok: false,
      error: { code: 'file-unsafe', message: expect.stringContaining('a link to another folder') },
    })
  })

  it.each<[string, Readonly<Record<string, string>>, string, RegExp]>([
    [
      'that ends early',
      { ...usual, offset: '8' },
      'file-truncated',
      /expected 24 bytes at byte 8 of "network.data", found its end at byte 28/,
    ],
    ['from an absurd offset', { ...usual, offset: '9007199254740991' }, 'file-truncated', /found its end/],
    ['of another length', { ...usual, length: '23' }, 'file-corrupt', /expected 24 bytes in "network.data", found 23/],
    ['at no number', { ...usual, offset: '-4' }, 'file-corrupt', /expected a number as offset .* found "-4"/],
    ['at a number that is too large', { ...usual, offset: '1'.repeat(30) }, 'file-corrupt', /as offset/],
    ['in a file of no name', { offset: '4' }, 'file-corrupt', /another file of no name/],
  ])('are refused %s', async (_, entries, code, message) => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'network.data'), data)
    expect(await readFrom(folder, modelOf(tensor(entries)))).toMatchObject({
      ok: false,
      error: { code, message: expect.stringMatching(message), remedy: expect.any(String) },
    })
  })

  it('are refused where tensors claim more bytes than the file has', async () => {
    const folder = await temporaryFolder()
    await writeFile(join(folder, 'network.data'), data)
    const overlapping = field(5, [field(8, 'other'), ...tensor({ ...usual, offset: '0' })])
    expect(await readFrom(folder, modelOf(tensor(usual), [overlapping]))).toMatchObject({
      ok: false,
      error: { code: 'file-corrupt', message: expect.stringContaining('its tensors overlap in "network.data"') },
    })
  })

  it('that are not there are named, with the place where they should be', async () => {
    const model = modelOf(tensor(usual))
    const expected = {
      ok: false,
      error: {
        code: 'not-found',
        message: 'network.onnx: its weights lie in "network.data", which is not in its folder',
        remedy: expect.stringContaining('Put "network.data" beside network.onnx, in the same folder'),
      },
    }
    const folder = await temporaryFolder()
    expect(await readFrom(folder, model)).toMatchObject(expected)
    expect(await readOnnx(bytesSource(model, 'network.onnx'))).toMatchObject(expected)
    await mkdir(join(folder, 'network.data'))
    expect(await readFrom(folder, model)).toMatchObject({ ok: false, error: { code: 'file-unreadable' } })
  })
})
