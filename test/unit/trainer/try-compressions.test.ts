import { join } from 'node:path'
import { expect, test } from 'vitest'
import { directDefaults } from '#shared/methods/direct/defaults.ts'
import { spectralDefaults } from '#shared/methods/spectral/defaults.ts'
import { resultOf, runInProcess } from '#test/support/run-in-process.ts'

const sample = join(process.cwd(), 'resources', 'samples', 'resnet20-cifar10.safetensors')
const spectral = (ratio: number) => ({ ...spectralDefaults, size: { ...spectralDefaults.size, ratio } })

test('each compression is as large as asked for, more damage changes more, and what is out of reach is left out', async () => {
  const configs = [spectral(10), spectral(30), spectral(900), directDefaults]
  const messages = await runInProcess({ kind: 'try-compressions', sourcePath: sample, preprocessing: {}, configs })
  const { tried, recognised, secondsPerPicture } = resultOf('try-compressions', messages)
  expect(recognised.architecture).toBe('resnet20-cifar-b')
  expect(secondsPerPicture).toBeGreaterThan(0)
  expect(tried.map(({ config }) => config)).toEqual([spectral(10), spectral(30), directDefaults])
  const [fine, coarse, int8] = tried
  expect(fine?.ratio).toBeCloseTo(10, 0)
  expect(coarse?.ratio).toBeCloseTo(30, 0)
  expect(int8?.distortion).toBeLessThan(0.001)
  expect(coarse?.distortion).toBeGreaterThan(10 * (fine?.distortion ?? Infinity))
})
