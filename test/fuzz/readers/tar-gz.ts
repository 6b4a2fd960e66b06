import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { asResult } from '#formats/file-error.ts'
import { extractTarGz } from '#formats/tar/tar-gz.ts'
import { ok } from '#shared/basics/result.ts'
import { tarGz } from '#test/unit/formats/support/archive.ts'
import { mutateBytes } from '../mutate-bytes.ts'
import type { FuzzedReader } from '../reader.ts'
import { scratchFolder } from '../scratch-folder.ts'
import { mutateTarHeader } from '../tar-parts.ts'

const block = 512
const limits = {
  wantedBytes: (name: string) => (name.endsWith('.bin') ? 2000 : undefined),
  maxInflatedBytes: 200_000,
}
const small = { name: 'set/a.bin', bytes: new Uint8Array(700).fill(5) }
const seeds = [
  tarGz([
    { name: 'set/', bytes: new Uint8Array(), type: '5' },
    { name: 'set/readme.html', bytes: new Uint8Array(3000).fill(0x20) },
    small,
    { name: 'set/b.bin', bytes: new Uint8Array(block).fill(7) },
    { name: 'set/empty.bin', bytes: new Uint8Array() },
  ]),
]

/** The archives CIFAR comes in: a few wanted files taken out while it streams by. */
export const tarGzip: FuzzedReader = {
  name: 'tar-gz',
  seeds,
  mutate(valid, random) {
    const tar = new Uint8Array(gunzipSync(valid))
    const isHeader = random.integer(3) > 0
    return gzipSync(isHeader ? mutateTarHeader(tar, random) : mutateBytes(tar, random), { level: 1 })
  },
  handmade: [
    new Uint8Array(),
    tarGz([{ name: 'bomb.txt', bytes: new Uint8Array(400_000) }]),
    tarGz([small, small]),
    tarGz([{ name: 'large.bin', bytes: new Uint8Array(2001) }]),
    gzipSync(new Uint8Array(64 * 2 ** 20)),
  ],
  codes: ['file-truncated', 'file-corrupt', 'file-unsafe', 'dataset-invalid'],
  isRecognised: (bytes) => bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 8,
  read: (bytes) =>
    asResult(async () => {
      const path = join(scratchFolder(), 'fuzzed.tar.gz')
      await writeFile(path, bytes)
      return ok(await extractTarGz(path, { name: 'fuzzed.tar.gz' }, limits))
    }),
}
