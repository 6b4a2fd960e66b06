/** Mutates zip archives by their records and by what lies in them. */
import { bytesSource } from '#formats/byte-source.ts'
import { openZip } from '#formats/zip/zip.ts'
import type { Random } from '#shared/basics/random.ts'
import { ENTRY_SIGNATURE, END_SIGNATURE, LOCAL_HEADER_SIGNATURE } from '#formats/zip/records.ts'
import { extremes, pick } from './mutate-bytes.ts'

/** Offsets of the fields of each record and their bytes (APPNOTE 6.3.10). */
const records = [
  { signature: LOCAL_HEADER_SIGNATURE, fields: [[8, 2], [14, 4], [18, 4], [22, 4], [26, 2], [28, 2]] }, // prettier-ignore
  { signature: ENTRY_SIGNATURE, fields: [[8, 2], [10, 2], [16, 4], [20, 4], [24, 4], [28, 2], [30, 2], [32, 2], [42, 4]] }, // prettier-ignore
  { signature: END_SIGNATURE, fields: [[8, 2], [10, 2], [12, 4], [16, 4], [20, 2]] }, // prettier-ignore
] as const

/** Flags, methods, sizes, checksums, lengths of names, offsets and counts of one to three records. */
export function mutateZipRecords(archive: Uint8Array, random: Random): Uint8Array {
  const bytes = new Uint8Array(archive)
  const view = new DataView(bytes.buffer)
  const found = records.flatMap(({ signature, fields }) =>
    [...bytes.keys()]
      .filter(
        (at) =>
          at + 46 <= bytes.byteLength + 24 && at + 4 <= bytes.byteLength && view.getUint32(at, true) === signature,
      )
      .flatMap((at) => fields.map(([offset, size]) => ({ at: at + offset, size }))),
  )
  const edits = 1 + random.integer(3)
  for (let edit = 0; edit < edits && found.length > 0; edit++) {
    const { at, size } = pick(random, found)
    if (at + size > bytes.byteLength) continue
    const present = size === 2 ? view.getUint16(at, true) : view.getUint32(at, true)
    const value = random.integer(2) === 0 ? pick(random, extremes) : present + pick(random, [-1, 1, 8, 1000])
    if (size === 2) view.setUint16(at, value, true)
    else view.setUint32(at, value, true)
  }
  return bytes
}

export type ZipContents = readonly (readonly [name: string, content: Uint8Array])[]

export async function unpackZip(archive: Uint8Array): Promise<ZipContents> {
  const zip = await openZip(bytesSource(archive, 'seed'))
  return Promise.all([...zip.entries.values()].map(async (entry) => [entry.name, await zip.read(entry)] as const))
}
