/** PNG images of 16 bits a channel: how they are scaled, and that an import says so before it begins. */
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { deflateSync } from 'node:zlib'
import { expect, it } from 'vitest'
import { planDataset } from '#formats/dataset/dataset.ts'
import { openImageDecoder } from '#formats/image-decoder/decode.ts'
import { unwrap } from '#shared/basics/result.ts'
import { end, header, png } from '../../../fuzz/png-parts.ts'
import { temporaryFolder } from '../support/folder.ts'

/** One row of grey. */
function greyPng(values: readonly number[], depth: 8 | 16): Uint8Array {
  const row = values.flatMap((value) => (depth === 16 ? [value >> 8, value & 255] : [value]))
  const data = deflateSync(Uint8Array.of(0, ...row))
  return png([header(values.length, 1, [depth, 0, 0, 0, 0]), { type: 'IDAT', data }, end])
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
