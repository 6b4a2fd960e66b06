import { crc32, deflateRawSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { bytesSource } from '#formats/byte-source.ts'
import { asResult } from '#formats/file-error.ts'
import { openZip } from '#formats/zip/zip.ts'
import { ok } from '#shared/basics/result.ts'
import { fuzz } from '../support/fuzz.ts'

interface Entry {
  readonly name: string
  readonly content: string
  readonly isDeflated?: boolean
  /** Fields of the central directory, when they are to differ from the truth. */
  readonly flags?: number
  readonly method?: number
  readonly contentBytes?: number
  readonly storedBytes?: number
  readonly headerOffset?: number
}

interface Layout {
  /** Sizes, offsets and counts in zip64 records, as archives above 4 GB have them. */
  readonly isZip64?: boolean
  readonly entryCount?: number
  readonly comment?: string
}

const ZIP64 = 0xffffffff

/** Little-endian fields of 2 (`[value, 2]`), 4 or 8 bytes, one after another. */
function fields(...values: readonly (readonly [value: number, bytes: 2 | 4 | 8])[]): Buffer {
  return Buffer.concat(
    values.map(([value, bytes]) => {
      const field = Buffer.alloc(8)
      field.writeBigUInt64LE(BigInt(value))
      return field.subarray(0, bytes)
    }),
  )
}

function zipOf(entries: readonly Entry[], { isZip64 = false, entryCount, comment = '' }: Layout = {}): Uint8Array {
  const locals: Buffer[] = []
  const directory: Buffer[] = []
  let offset = 0
  for (const entry of entries) {
    const name = Buffer.from(entry.name)
    const data = entry.isDeflated === true ? deflateRawSync(entry.content) : Buffer.from(entry.content)
    const method = entry.method ?? (entry.isDeflated === true ? 8 : 0)
    const local = Buffer.concat([
      fields([0x04034b50, 4], [20, 2], [0, 2], [method, 2], [0, 4], [0, 4], [0, 4], [0, 4], [name.length, 2], [0, 2]),
      name,
      data,
    ])
    const contentBytes = entry.contentBytes ?? Buffer.byteLength(entry.content)
    const storedBytes = entry.storedBytes ?? data.length
    const headerOffset = entry.headerOffset ?? offset
    const extra = fields([1, 2], [24, 2], [contentBytes, 8], [storedBytes, 8], [headerOffset, 8])
    const narrow = (value: number): [number, 4] => [isZip64 ? ZIP64 : value, 4]
    directory.push(
      fields([0x02014b50, 4], [20, 2], [20, 2], [entry.flags ?? 0, 2], [method, 2], [0, 4], [crc32(entry.content), 4]),
      fields(narrow(storedBytes), narrow(contentBytes), [name.length, 2], [isZip64 ? extra.length : 0, 2]),
      fields([0, 2], [0, 2], [0, 2], [0, 4], narrow(headerOffset)),
      name,
      isZip64 ? extra : Buffer.alloc(0),
    )
    locals.push(local)
    offset += local.length
  }
  const directoryBytes = Buffer.concat(directory)
  const count = entryCount ?? entries.length
  const end64 = Buffer.concat([
    fields([0x06064b50, 4], [44, 8], [45, 2], [45, 2], [0, 4], [0, 4], [count, 8], [count, 8]),
    fields([directoryBytes.length, 8], [offset, 8]),
    fields([0x07064b50, 4], [0, 4], [offset + directoryBytes.length, 8], [1, 4]),
  ])
  const end = isZip64
    ? fields([0x06054b50, 4], [0, 4], [0xffff, 2], [0xffff, 2], [ZIP64, 4], [ZIP64, 4], [comment.length, 2])
    : fields(
        [0x06054b50, 4],
        [0, 4],
        [count, 2],
        [count, 2],
        [directoryBytes.length, 4],
        [offset, 4],
        [comment.length, 2],
      )
  const parts = [...locals, directoryBytes, ...(isZip64 ? [end64] : []), end, Buffer.from(comment)]
  return new Uint8Array(Buffer.concat(parts))
}

/** Every entry's content as text. */
function unzip(bytes: Uint8Array) {
  return asResult(async () => {
    const archive = await openZip(bytesSource(bytes, 'a.zip'))
    const contents: Record<string, string> = {}
    for (const entry of archive.entries.values()) {
      contents[entry.name] = new TextDecoder().decode(await archive.read(entry))
    }
    return ok(contents)
  })
}

const stored = { name: 'a/stored', content: 'hello' }
const deflated = { name: 'a/deflated', content: 'la '.repeat(500), isDeflated: true }
const empty = { name: 'a/empty', content: '', isDeflated: true }

describe('openZip', () => {
  it.each<[string, Layout]>([
    ['plain', {}],
    ['zip64', { isZip64: true }],
    ['commented', { comment: 'PK\u0005\u0006 is how an end record starts, not this one' }],
  ])('reads stored, deflated and empty entries of a %s archive', async (_, layout) => {
    const expected = { 'a/stored': 'hello', 'a/deflated': deflated.content, 'a/empty': '' }
    expect(await unzip(zipOf([stored, deflated, empty], layout))).toEqual({ ok: true, value: expected })
  })

  it.each<[string, Uint8Array, string, RegExp]>([
    ['no end record', new Uint8Array(100), 'file-truncated', /the end is missing/],
    ['two entries of one name', zipOf([stored, stored]), 'file-corrupt', /"a\/stored" twice/],
    [
      'another number of entries',
      zipOf([stored], { entryCount: 2 }),
      'file-corrupt',
      /expected 2 zip entries, found 1/,
    ],
    ['an encrypted entry', zipOf([{ ...stored, flags: 1 }]), 'file-unsupported', /encrypted/],
    ['an unknown compression', zipOf([{ ...stored, method: 93 }]), 'file-unsupported', /zip method 93/],
    ['two sizes of a stored entry', zipOf([{ ...stored, contentBytes: 4 }]), 'file-corrupt', /to have one size/],
    ['entries that share bytes', zipOf([stored, { ...deflated, headerOffset: 0 }]), 'file-unsafe', /they overlap/],
    [
      'data beyond the directory',
      zipOf([{ ...deflated, storedBytes: 1e6 }]),
      'file-corrupt',
      /expected its data before/,
    ],
    ['an offset that is no header', zipOf([{ ...stored, headerOffset: 1 }]), 'file-corrupt', /expected a local header/],
    ['more content than announced', zipOf([{ ...deflated, contentBytes: 10 }]), 'file-corrupt', /cannot be inflated/],
    [
      'less content than announced',
      zipOf([{ ...deflated, contentBytes: 1e6 }]),
      'file-corrupt',
      /expected 1000000 bytes/,
    ],
    ['an announced bomb', zipOf([{ ...deflated, contentBytes: 2 ** 31 }]), 'file-unsafe', /at most 2147483647 bytes/],
  ])('refuses %s', async (_, bytes, code, message) => {
    expect(await unzip(bytes)).toMatchObject({ ok: false, error: { code, message: expect.stringMatching(message) } })
  })

  it.each([false, true])('gives contents or a typed error for mutated archives, zip64: %s', (isZip64) =>
    fuzz(zipOf([stored, deflated, empty], { isZip64 }), unzip, (contents) => Object.keys(contents)),
  )
})
