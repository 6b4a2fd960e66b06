/** What a window shows of a package's codes, against the package itself. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openSpectralPackage, spectralBytes, spectralLayerBytes } from '#formats/spectral-package/reader.ts'
import { readCoefficients } from '#renderer/features/run/codes-view.ts'
import { unwrap } from '#shared/basics/result.ts'
import type { SpectralConfig } from '#shared/methods/spectral/config.ts'
import { spectralDefaults } from '#shared/methods/spectral/defaults.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'
import { resultOf } from '#test/support/trainer-job.ts'

const sample = join(import.meta.dirname, '../../../resources/samples/resnet20-cifar10.safetensors')
const network = { path: sample, sha256: '0'.repeat(64), architecture: 'resnet20-cifar-b', classes: 10 }

async function codesOf(config: SpectralConfig) {
  const packagePath = join(temporaryFolder(), 'made.spectral.safetensors')
  await resultOf({ kind: 'compress-file', sourcePath: sample, preprocessing: {}, config, outputPath: packagePath })
  const codes = await resultOf({ kind: 'read-codes', network, packagePath, config })
  return { codes, file: unwrap(openSpectralPackage(await readFile(packagePath), 'made')) }
}

test('bits of codes add up to the bytes of each layer and of the whole stream', async () => {
  const { codes, file } = await codesOf({ ...spectralDefaults, layers: 'conv1.weight exact, linear.weight finer' })
  const bytes = unwrap(spectralLayerBytes(file, 'made'))
  expect(codes.layers.map(({ sample: { name } }) => name)).toEqual([...bytes.keys()])
  for (const { sample: layer, bits } of codes.layers) {
    // A decoder says it to the nearest byte at both ends of a layer.
    expect(Math.abs(bits / 8 - (bytes.get(layer.name) ?? 0))).toBeLessThan(2)
  }
  const { kernels, side } = unwrap(spectralBytes(file, 'made'))
  const bits = codes.layers.reduce((sum, layer) => sum + layer.bits, codes.sideBits)
  expect(codes.streamBytes).toBe(kernels + side)
  expect(codes.streamBytes - bits / 8).toBeGreaterThan(-0.01)
  expect(codes.streamBytes - bits / 8).toBeLessThan(2)
})

test('codes times steps are the coefficients of the original but for half a step', async () => {
  const rounding = { ...spectralDefaults.rounding, rateWeight: 0 }
  for (const transform of ['cosine', 'none'] as const) {
    const { codes } = await codesOf({ ...spectralDefaults, transform, rounding })
    expect(codes.transform).toBe(transform)
    for (const layer of codes.layers) {
      const { error } = readCoefficients(layer)
      const inSteps = error.map((value, at) => value / (layer.frequencies[at % layer.frequencies.length]?.step ?? NaN))
      expect(Math.max(...inSteps.map(Math.abs))).toBeLessThan(0.5001)
      expect(layer.codes.length).toBe(layer.codeBits.length)
      // A code that is not zero takes its sign, and more.
      expect(Math.min(...layer.codeBits)).toBeGreaterThan(0)
    }
  }
})

test('codes of another network are refused', async () => {
  const config = { ...spectralDefaults, layers: 'conv1.weight exact' }
  const packagePath = join(temporaryFolder(), 'made.spectral.safetensors')
  await resultOf({
    kind: 'compress-file',
    sourcePath: sample,
    preprocessing: {},
    config: spectralDefaults,
    outputPath: packagePath,
  })
  await expect(resultOf({ kind: 'read-codes', network, packagePath, config })).rejects.toThrow(/codes otherwise/)
})
