import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { asResult } from '#formats/file-error.ts'
import { findShardImages } from '#formats/webdataset/find-images.ts'
import { SkippedList } from '#formats/image-set/skipped.ts'
import { ok } from '#shared/basics/result.ts'
import { tar, tarGz, type TarEntry } from '#test/unit/formats/support/archive.ts'
import { mutateBytes } from '../mutate-bytes.ts'
import type { FuzzedReader } from '../reader.ts'
import { scratchFolder } from '../scratch-folder.ts'
import { mutateTarHeader } from '../tar-parts.ts'

const text = (content: string) => new TextEncoder().encode(content)
const image = (key: string, size: number): TarEntry => ({ name: `${key}.png`, bytes: new Uint8Array(size).fill(5) })
const entries: readonly TarEntry[] = [
  { name: 'set/', bytes: new Uint8Array(), type: '5' },
  image('set/a', 700),
  { name: 'set/a.cls', bytes: text('1\n') },
  { name: 'PaxHeader/b', bytes: text('21 path=set/long.png\n'), type: 'x' },
  image('set/b', 512),
  { name: 'set/long.json', bytes: text('{"label":0}') },
  { name: '././@LongLink', bytes: text('set/other.webp\0'), type: 'L' },
  image('set/c', 40),
  { name: 'set/other.txt', bytes: text('3') },
]
const isGzip = (bytes: Uint8Array) => bytes[0] === 0x1f && bytes[1] === 0x8b

/** Shards of images and their classes, all images of them read. */
export const webdataset: FuzzedReader = {
  name: 'webdataset',
  seeds: [tar(entries), tarGz(entries)],
  mutate(valid, random) {
    const plain = isGzip(valid) ? new Uint8Array(gunzipSync(valid)) : valid
    const mutated = random.integer(3) > 0 ? mutateTarHeader(plain, random) : mutateBytes(plain, random)
    return isGzip(valid) ? gzipSync(mutated, { level: 1 }) : mutated
  },
  handmade: [
    new Uint8Array(),
    tarGz([image('bomb', 65 * 2 ** 20)]),
    tarGz([image('large', 33 * 2 ** 20), { name: 'large.cls', bytes: text('1') }]),
    tar([image('a', 10), { name: 'a.json', bytes: text('['.repeat(100_000)) }]),
    tar([image('a', 10), { name: 'a.cls', bytes: text('70000') }]),
    tar([{ name: 'x', bytes: text('9'.repeat(60_000)), type: 'x' }]),
  ],
  codes: ['file-truncated', 'file-corrupt', 'file-unsafe', 'file-unsupported', 'dataset-invalid'],
  isRecognised: (bytes) => isGzip(bytes) || bytes.byteLength >= 512,
  read: (bytes) =>
    asResult(async () => {
      const files = { folder: scratchFolder(), names: ['fuzzed.tar'], skipped: new SkippedList() }
      await writeFile(join(files.folder, 'fuzzed.tar'), bytes)
      const { images } = await findShardImages(files)
      let total = 0
      for (const each of images) total += (await each.read()).byteLength
      return ok(total)
    }),
}
