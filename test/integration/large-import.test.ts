/** `npm run bench -- import` does the same with a file of more than 500 MiB; docs/performance.md has its figures. */
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { buildTrainer } from '#test/support/real-trainer.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'
import { watchedImport, writeLargeNetwork } from '#test/support/watched-import.ts'

vi.setConfig({ testTimeout: 240_000 })

const mebibyte = 2 ** 20

it('a ResNet-18 comes in within 2 GiB, and the window that waits for it is answered meanwhile', async () => {
  const file = join(temporaryFolder(), 'resnet18.safetensors')
  expect(writeLargeNetwork(file, 'resnet18-imagenet')).toBeGreaterThan(44 * mebibyte)
  const { network, longestBlockMs, trainerPeakBytes } = await watchedImport(temporaryFolder(), buildTrainer(), file)
  expect(network).toMatchObject({ architecture: 'resnet18-imagenet', parameters: 11_689_512 })
  expect(trainerPeakBytes).toBeGreaterThan(44 * mebibyte)
  expect(trainerPeakBytes).toBeLessThan(2048 * mebibyte)
  // A person notices a tenth of a second.
  expect(longestBlockMs).toBeLessThan(100)
})
