import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { readSafetensors } from '#formats/safetensors/reader.ts'
import { writeSafetensors } from '#formats/safetensors/writer.ts'
import { readSpectralPackage } from '#formats/spectral-package/reader.ts'
import { datasetPath, storeLayout } from '#main/store/layout.ts'
import { buildNetwork } from '#networks/architectures.ts'
import { initialParameters } from '#networks/initial-parameters.ts'
import { unwrap } from '#shared/basics/result.ts'
import type { SpectralConfig } from '#shared/methods/spectral/config.ts'
import { spectralDefaults } from '#shared/methods/spectral/defaults.ts'
import type { TrainerJob } from '#shared/protocol/trainer-protocol.ts'
import { lastCheckpoint, metricOf, resultOf, runInProcess } from '#test/support/run-in-process.ts'
import { addSmallDataset } from '#test/support/small-dataset.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

vi.setConfig({ testTimeout: 240_000 })

const network = unwrap(buildNetwork('resnet20-cifar-b', 10))
const parameters = initialParameters(network, 7)

async function jobOf(changes: Partial<SpectralConfig>): Promise<Extract<TrainerJob, { kind: 'spectral' }>> {
  const folder = await temporaryFolder()
  const { sha256 } = await addSmallDataset(folder)
  const path = join(folder, 'original.safetensors')
  await writeFile(path, writeSafetensors(Object.entries(parameters)))
  return {
    kind: 'spectral',
    config: { ...spectralDefaults, ...changes },
    network: { path, sha256: 'a'.repeat(64), architecture: 'resnet20-cifar-b', classes: 10 },
    dataset: { path: datasetPath(storeLayout(folder), sha256), sha256 },
  }
}

const distillation = { ...spectralDefaults.distillation, steps: 6, dataBatch: 8 }

it.each(['cosine', 'none'] as const)(
  'distils, and ends with the same bytes when it was paused on the way (%s)',
  async (transform) => {
    const job = await jobOf({ transform, distillation })
    const whole = await runInProcess(job)
    expect(metricOf(whole, 'loss.total').map(([step]) => step)).toEqual([1, 2, 3, 4, 5, 6])

    const first = await runInProcess(job, { pauseAfter: 3 })
    expect(first.at(-1)).toEqual({ type: 'paused', step: 3 })
    const second = await runInProcess(job, { checkpoint: lastCheckpoint(first) })
    for (const metric of ['loss.total', 'bits-per-weight', 'rate-weight']) {
      const values = new Map([...metricOf(first, metric), ...metricOf(second, metric)])
      expect(values).toEqual(new Map(metricOf(whole, metric)))
    }
    expect(resultOf('spectral', second)).toEqual({
      ...resultOf('spectral', whole),
      seconds: expect.anything() as unknown,
    })
  },
)

it.each([
  ['corrected by batch norms', {}],
  ['not corrected', { correction: { images: 'none', count: 16 } }],
  ['corrected on noise', { correction: { images: 'noise', count: 16 } }],
  ['corrected on images', { correction: { images: 'dataset', count: 16 } }],
] satisfies readonly (readonly [string, Partial<SpectralConfig>])[])(
  'has the size that was asked for, %s',
  async (_, changes) => {
    const result = resultOf('spectral', await runInProcess(await jobOf(changes)))
    expect(result.package.byteLength).toBe(result.sizes.totalBytes)
    const wanted = result.sizes.originalBytes / spectralDefaults.size.ratio
    expect(Math.abs(result.sizes.totalBytes - wanted)).toBeLessThan(0.01 * wanted)
    // An untrained network is noise, which nothing makes smaller without a loss.
    expect(result.relativeError).toBeGreaterThan(0.1)
    expect(result.relativeError).toBeLessThan(0.6)
  },
)

it('keeps an exact layer to the bit, with its batch norm', async () => {
  const result = resultOf('spectral', await runInProcess(await jobOf({ layers: 'conv1.weight exact' })))
  expect(result.layers.find(({ name }) => name === 'conv1.weight')?.relativeError ?? 0).toBe(0)
  const kept = unwrap(readSafetensors(result.reconstructed, 'reconstructed')).tensors
  for (const name of ['conv1.weight', 'bn1.weight', 'bn1.bias', 'bn1.running_mean', 'bn1.running_var']) {
    expect(kept.get(name)?.toFloat32()).toEqual(parameters[name]?.data)
  }
  const { layers } = unwrap(readSpectralPackage(result.package, 'package'))
  expect(layers.map(({ name }) => name)).not.toContain('conv1.weight')
})
