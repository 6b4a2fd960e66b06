/** PNG images of 16 bits a channel: how they are scaled, and that an import says so before it begins. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { crc32, deflateSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { planDataset } from '#formats/dataset.ts'
import { openImageDecoder } from '#formats/image-folder/decode.ts'
import { unwrap } from '#shared/result.ts'
import { temporaryFolder } from '../support/folder.ts'

/** One row of grey (PNG, third edition: 5.3 chunks, 11.2.1 header). */
function greyPng(values: readonly number[], depth: 8 | 16): Uint8Array {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(values.length, 0)
  header.writeUInt32BE(1, 4)
  header.writeUInt8(depth, 8)
  const row = values.flatMap((value) => (depth === 16 ? [value >> 8, value & 255] : [value]))
  const chunks = [
    chunk('IHDR', header),
    chunk('IDAT', deflateSync(Uint8Array.of(0, ...row))),
    chunk('IEND', new Uint8Array()),
  ]
  return Buffer.concat([Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a), ...chunks])
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const content = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const frame = Buffer.alloc(8)
  frame.writeUInt32BE(data.byteLength, 0)
  frame.writeUInt32BE(crc32(content), 4)
  return Buffer.concat([frame.subarray(0, 4), content, frame.subarray(4)])
}

it('divides values of 16 bits by 256 and rounds down', async () => {
  const values = [0, 255, 256, 32_767, 32_768, 65_279, 65_280, 65_535]
  const decode = await openImageDecoder()
  const { pixels } = await decode({ name: 'deep.png' }, greyPng(values, 16))
  expect([...pixels]).toEqual(values.flatMap((value) => Array.from({ length: 3 }, () => Math.floor(value / 256))))
})

it('says so in the plan, and of 8 bits nothing', async () => {
  const folder = await temporaryFolder()
  for (const name of ['a', 'b']) await mkdir(join(folder, name))
  await writeFile(join(folder, 'a/1.png'), greyPng([1, 2], 8))
  await writeFile(join(folder, 'b/2.png'), greyPng([3, 4], 8))
  expect(unwrap(await planDataset(folder, 'auto')).notes).toEqual([])
  await writeFile(join(folder, 'b/2.png'), greyPng([3, 4], 16))
  expect(unwrap(await planDataset(folder, 'auto')).notes).toEqual([
    'PNG images of 16 bits a channel, such as 2.png, are scaled to 8 bits: each value divided by 256, rounded down.',
  ])
})
