import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { writeNetworkFile } from '#test/support/studio.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'
import { readNetworkFile } from '#trainer/weights/foreign-network.ts'

test.each([NaN, Infinity, -Infinity])('a network with a weight of %s is refused, with its place', async (value) => {
  const bytes = readFileSync(writeNetworkFile(temporaryFolder()))
  // Of the tensor that lies last in the file.
  bytes.writeFloatLE(value, bytes.length - 4)
  const path = join(temporaryFolder(), 'diverged.safetensors')
  writeFileSync(path, bytes)
  await expect(readNetworkFile(path)).rejects.toMatchObject({
    code: 'file-corrupt',
    message: `The tensor linear.weight holds ${value}, expected finite weights.`,
    where: `${path}, tensor linear.weight, element 639`,
    remedy: expect.stringContaining('training may have diverged'),
  })
})
