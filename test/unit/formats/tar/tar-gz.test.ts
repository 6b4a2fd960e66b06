import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { asResult } from '#formats/file-error.ts'
import { extractTarGz } from '#formats/tar/tar-gz.ts'
import { ok } from '#shared/basics/result.ts'
import { tarGz } from '../support/archive.ts'
import { temporaryFolder } from '../support/folder.ts'
import { fuzz } from '../support/fuzz.ts'

const bytesOf = (text: string) => new TextEncoder().encode(text)
const limits = {
  wantedBytes: (name: string) => (name.endsWith('.bin') ? 1000 : undefined),
  maxInflatedBytes: 100_000,
}

async function extract(path: string, archive: Uint8Array) {
  await writeFile(path, archive)
  return asResult(async () => ok(await extractTarGz(path, { name: 'a.tar.gz' }, limits)))
}

const valid = tarGz([
  { name: 'set/', bytes: new Uint8Array(), type: '5' },
  { name: 'set/readme.html', bytes: bytesOf('x'.repeat(5000)) },
  { name: 'set/a.bin', bytes: bytesOf('first') },
  { name: 'set/b.bin', bytes: new Uint8Array(512).fill(7) },
  { name: 'set/empty.bin', bytes: new Uint8Array() },
])

describe('extractTarGz', () => {
  it('takes the wanted files and leaves the others', async () => {
    const result = await extract(join(await temporaryFolder(), 'a'), valid)
    const expected = new Map([
      ['a.bin', bytesOf('first')],
      ['b.bin', new Uint8Array(512).fill(7)],
      ['empty.bin', new Uint8Array()],
    ])
    expect(result).toEqual({ ok: true, value: expected })
  })

  it('does not follow links that bear a wanted name', async () => {
    const link = tarGz([{ name: 'a.bin', bytes: new Uint8Array(), type: '2' }])
    expect(await extract(join(await temporaryFolder(), 'a'), link)).toEqual({ ok: true, value: new Map() })
  })

  const one = { name: 'a.bin', bytes: bytesOf('first') }
  it.each<[string, Uint8Array, string, RegExp]>([
    ['no gzip', bytesOf('hello, world'), 'file-corrupt', /cannot be inflated/],
    ['an empty file', new Uint8Array(), 'file-truncated', /end of the/],
    ['cut gzip data', valid.subarray(0, 60), 'file-truncated', /end of the file/],
    [
      'a size beyond the end',
      tarGz([{ ...one, name: 'a.txt', announced: 5000 }]),
      'file-truncated',
      /end of the archive/,
    ],
    [
      'a wanted file that is too large',
      tarGz([{ ...one, bytes: new Uint8Array(1001) }]),
      'dataset-invalid',
      /at most 1000/,
    ],
    ['a wanted file twice', tarGz([one, one]), 'file-corrupt', /"a\.bin" once, found it twice/],
    ['a block that is no header', gzipSync(new Uint8Array(512).fill(1)), 'file-corrupt', /expected a tar header/],
    ['a bomb', tarGz([{ name: 'a.txt', bytes: new Uint8Array(200_000) }]), 'file-unsafe', /at most 100000 bytes/],
    ['a missing end', gzipSync(new Uint8Array(100)), 'file-truncated', /end of the archive/],
  ])('refuses %s', async (_, archive, code, message) => {
    const result = await extract(join(await temporaryFolder(), 'a'), archive)
    expect(result).toMatchObject({ ok: false, error: { code, message: expect.stringMatching(message) } })
  })

  it('gives files or a typed error for mutated archives', async () => {
    const path = join(await temporaryFolder(), 'fuzzed')
    await fuzz(valid, (bytes) => extract(path, bytes), (files) => files.size) // prettier-ignore
  })
})
