import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { asResult } from '#formats/file-error.ts'
import { extractTarGz } from '#formats/tar/tar-gz.ts'
import type { Random } from '#shared/random.ts'
import { ok } from '#shared/result.ts'
import { tarGz } from '#test/unit/formats/support/archive.ts'
import { mutateBytes, pick } from '../mutate-bytes.ts'
import type { FuzzedReader } from '../reader.ts'
import { scratchFolder } from '../scratch-folder.ts'

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

/** One field of one header changed, and its checksum put right. */
function mutateHeader(tar: Uint8Array, random: Random): Uint8Array {
  const bytes = new Uint8Array(tar)
  const headers = Array.from({ length: bytes.byteLength / block }, (_, at) => at * block).filter(
    (at) => Buffer.from(bytes.subarray(at + 257, at + 262)).toString('latin1') === 'ustar',
  )
  const at = pick(random, headers)
  const header = Buffer.from(bytes.buffer, at, block)
  const size = pick(random, ['00000000000', '00000003720', '00000004000', '77777777777', '0000000001', 'abc', '']) // prettier-ignore
  switch (random.integer(4)) {
    case 0:
      header.write(size.padEnd(12, '\0'), 124, 'latin1')
      break
    case 1:
      header.write(pick(random, ['x.bin\0', 'set/a.bin\0', '../../etc/passwd.bin\0', '\0', '/\0']), 0, 'latin1')
      break
    case 2:
      header[156] = pick(random, [0, 0x30, 0x31, 0x32, 0x35, 0x78, 0x4c, 0xff])
      break
    default:
      header[random.integer(block)] = random.integer(256)
  }
  header.write('        ', 148, 'latin1')
  const sum = header.reduce((total, byte) => total + byte, 0)
  header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148, 'latin1')
  return bytes
}

/** The archives CIFAR comes in: a few wanted files taken out while it streams by. */
export const tarGzip: FuzzedReader = {
  name: 'tar-gz',
  seeds,
  mutate(valid, random) {
    const tar = new Uint8Array(gunzipSync(valid))
    const isHeader = random.integer(3) > 0
    return gzipSync(isHeader ? mutateHeader(tar, random) : mutateBytes(tar, random), { level: 1 })
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
