import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { asResult } from '#formats/file-error.ts'
import { findTableImages } from '#formats/parquet/find-images.ts'
import { isParquet } from '#formats/parquet/footer.ts'
import type { Random } from '#shared/basics/random.ts'
import { SkippedList } from '#formats/image-set/skipped.ts'
import { ok } from '#shared/basics/result.ts'
import { labelColumn, nameColumn, parquetTable } from '#test/support/parquet-files.ts'
import { joined, pick } from '../mutate-bytes.ts'
import type { FuzzedReader } from '../reader.ts'
import { scratchFolder } from '../scratch-folder.ts'

const images = Array.from({ length: 12 }, (_, i) => (i === 5 ? null : new Uint8Array(60 + i).fill(i % 4)))
const labels = images.map((_, i) => i % 3)
const features = { image: { _type: 'Image' }, label: { _type: 'ClassLabel', names: ['a', 'b', 'c'] } }
const present = images.filter((image) => image !== null)
const seeds = [
  parquetTable({ images: present, columns: [labelColumn('label', labels.slice(1))], features, rowGroupSize: 5 }),
  parquetTable({ images: present, columns: [labelColumn('label', labels.slice(1))], codec: 'UNCOMPRESSED' }),
  parquetTable({ images: present, isPlain: true, columns: [nameColumn('label', present.map((_, i) => `class ${i % 2}`))], pageSize: 200 }), // prettier-ignore
]

/** Bytes of the footer changed, and its length put right again. */
function mutateFooter(bytes: Uint8Array, random: Random): Uint8Array {
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes.byteLength - 8, true)
  const start = bytes.byteLength - 8 - length
  return withFooter(bytes.subarray(0, start), edited(bytes.subarray(start, -8), random))
}

/** A few bytes replaced, most by small numbers, which types, codecs and lengths are. */
function edited(bytes: Uint8Array, random: Random): Uint8Array {
  const changed = Array.from(bytes)
  const edits = 1 + random.integer(3)
  for (let edit = 0; edit < edits; edit++) {
    const byte = random.integer(2) === 0 ? random.integer(32) : pick(random, [0x7f, 0x80, 0xff, random.integer(256)])
    changed.splice(random.integer(changed.length), random.integer(3), ...(random.integer(3) === 0 ? [] : [byte]))
  }
  return Uint8Array.from(changed)
}

/** Bytes of pages and of their headers changed in place: offsets stay right. */
function mutatePages(bytes: Uint8Array, random: Random): Uint8Array {
  const changed = new Uint8Array(bytes)
  const end = bytes.byteLength - 8 - new DataView(bytes.buffer, bytes.byteOffset).getUint32(bytes.byteLength - 8, true)
  const edits = 1 + random.integer(3)
  for (let edit = 0; edit < edits; edit++) changed[4 + random.integer(end - 4)] = random.integer(256)
  return changed
}

function withFooter(pages: Uint8Array, footer: Uint8Array): Uint8Array {
  const length = new Uint8Array(4)
  new DataView(length.buffer).setUint32(0, footer.byteLength, true)
  return joined(pages, footer, length, new TextEncoder().encode('PAR1'))
}

const start = new TextEncoder().encode('PAR1')
/** A field with a list of 0xfffffff bytes, structs, lists or true values, as deep as it goes. */
const deep = (element: number) => [0x19, ...Array.from({ length: 5000 }, () => [0xf0 | element, 0xff, 0xff, 0xff, 0x7f]).flat()] // prettier-ignore

/** Tables of images and their classes, all images of them read. */
export const parquet: FuzzedReader = {
  name: 'parquet',
  seeds,
  mutate: (valid, random) => (random.integer(3) > 0 ? mutateFooter(valid, random) : mutatePages(valid, random)),
  handmade: [
    new Uint8Array(),
    joined(start, new TextEncoder().encode('\0\0\0\0PARE')),
    ...[1, 3, 9, 12].map((element) => withFooter(start, Uint8Array.from(deep(element)))),
    // A million values, one byte each, and an integer that never ends.
    withFooter(start, Uint8Array.from([0x19, 0xf3, 0x81, 0x89, 0x7a, ...new Uint8Array(2_000_001)])),
    withFooter(start, Uint8Array.from([0x15, ...new Uint8Array(3_000_000).fill(0xff)])),
    parquetTable({ images: present, columns: [labelColumn('width', labels.slice(1))] }),
    parquetTable({ images: [new Uint8Array(9 * 2 ** 20)], columns: [labelColumn('label', [1])] }),
  ],
  codes: ['file-truncated', 'file-corrupt', 'file-unsafe', 'file-unsupported', 'dataset-invalid'],
  isRecognised: isParquet,
  read: (bytes) =>
    asResult(async () => {
      const files = { folder: scratchFolder(), names: ['fuzzed.parquet'], skipped: new SkippedList() }
      await writeFile(join(files.folder, 'fuzzed.parquet'), bytes)
      const { images: found } = await findTableImages(files)
      let total = 0
      for (const each of found) total += (await each.read()).byteLength
      return ok(total)
    }),
}
