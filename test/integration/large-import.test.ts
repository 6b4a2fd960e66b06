/** `npm run bench -- import` does the same and prints its figures (docs/performance.md). */
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { trainerPath } from '#test/support/programs.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'
import { watchedImport, writeLargeNetwork, type WatchedImport } from '#test/support/watched-import.ts'

vi.setConfig({ testTimeout: 240_000 })

const mebibyte = 2 ** 20
/** A person notices a tenth of a second. */
const noticedMs = 100

function leastBlockMs(watched: readonly WatchedImport[]): number {
  return Math.min(...watched.map(({ longestBlockMs }) => longestBlockMs))
}

it.each([
  { title: 'a ResNet-18', architecture: 'resnet18-imagenet', mebibytes: 44, parameters: 11_689_512 },
  { title: 'a VGG-16-BN', architecture: 'vgg16-bn-imagenet', mebibytes: 500, parameters: 138_365_992 },
])(
  '$title of more than $mebibytes MiB comes in within 2 GiB, and the window that waits for it is answered meanwhile',
  async ({ architecture, mebibytes, parameters }) => {
    const file = join(temporaryFolder(), 'large.safetensors')
    expect(writeLargeNetwork(file, architecture)).toBeGreaterThan(mebibytes * mebibyte)
    const watched = [await watchedImport(temporaryFolder(), trainerPath, file)]
    // What else the machine does can only add to it: of several imports the least disturbed one says what it takes.
    while (leastBlockMs(watched) >= noticedMs && watched.length < 3) {
      watched.push(await watchedImport(temporaryFolder(), trainerPath, file))
    }
    for (const { network, trainerPeakBytes } of watched) {
      expect(network).toMatchObject({ architecture, parameters })
      expect(trainerPeakBytes).toBeGreaterThan(mebibytes * mebibyte)
      expect(trainerPeakBytes).toBeLessThan(2048 * mebibyte)
    }
    expect(leastBlockMs(watched)).toBeLessThan(noticedMs)
  },
)
