import { readFileSync } from 'node:fs'
import { bytesSource } from '#formats/byte-source.ts'
import { asResult } from '#formats/file-error.ts'
import { writeZip } from '#formats/zip/writer.ts'
import { openZip } from '#formats/zip/zip.ts'
import { ok } from '#shared/basics/result.ts'
import type { FuzzedReader } from '../reader.ts'
import { mutateZipRecords } from '../zip-parts.ts'

const plain = writeZip([
  ['a/one', new TextEncoder().encode('hello')],
  ['a/two', new Uint8Array(300).fill(7)],
  ['', new Uint8Array()],
])
const deflated = new Uint8Array(readFileSync('test/fixtures/pytorch/zip-deflated.pt'))

/** Directory and every entry of an archive, whatever is in it. */
export const zip: FuzzedReader = {
  name: 'zip',
  seeds: [plain, deflated],
  mutate: mutateZipRecords,
  codes: ['file-truncated', 'file-corrupt', 'file-unsupported', 'file-unsafe'],
  isRecognised: (bytes) => bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4,
  read: (bytes) =>
    asResult(async () => {
      const archive = await openZip(bytesSource(bytes, 'fuzzed'))
      let total = 0
      for (const entry of archive.entries.values()) total += (await archive.read(entry)).byteLength
      return ok(total)
    }),
}
