import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { readSafetensors } from '#formats/safetensors/reader.ts'
import { readPackage } from '#formats/nern-package/reader.ts'
import type { NernPackage } from '#formats/nern-package/writer.ts'
import { AppException, unwrap } from '#shared/basics/result.ts'
import { lastCheckpoint, resultOf, runInProcess } from '#test/support/run-in-process.ts'
import { reconstructionSteps, smallCompressJob } from '#test/support/small-compress-job.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

vi.setConfig({ testTimeout: 300_000 })

const contentOf = (bytes: Uint8Array): NernPackage => unwrap(readPackage(bytes, 'package'))

function weightsOf(reconstructed: Uint8Array): ReadonlyMap<string, Float32Array> {
  const { tensors } = unwrap(readSafetensors(reconstructed, 'reconstructed'))
  return new Map([...tensors].map(([name, tensor]) => [name, tensor.toFloat32()]))
}

it('a first layer of tables gives the same network in fewer bytes', async () => {
  const results = await Promise.all(
    (['weights', 'smaller'] as const).map(async (firstLayer) =>
      resultOf(
        'compress',
        await runInProcess(await smallCompressJob({ storage: { firstLayer, predictor: 'float32' } })),
      ),
    ),
  )
  const [whole, tables] = results
  if (whole === undefined || tables === undefined) throw new Error('no results')
  expect(contentOf(whole.package).embedding.type).toBe('positional')
  expect(contentOf(tables.package).embedding).toEqual({ type: 'one-hot' })
  // 240 columns became 21 + 64 + 64 of 16 rows.
  expect(whole.package.byteLength - tables.package.byteLength).toBeGreaterThan(16 * (240 - 149) * 4 - 200)
  const actual = weightsOf(tables.reconstructed)
  for (const [name, values] of weightsOf(whole.reconstructed)) {
    const own = actual.get(name)
    values.forEach((value, at) => {
      expect(Math.abs(value - (own?.[at] ?? NaN)), name).toBeLessThan(1e-5)
    })
  }
})

it.each([
  ['straight-through', reconstructionSteps + 5 + 2],
  ['layer-by-layer', reconstructionSteps + 5 + 3],
  ['layer-by-layer', reconstructionSteps + 5 + 6],
] as const)('goes on with tables while it is rounded, %s, paused after %i steps or not', async (method, pauseAfter) => {
  const job = await smallCompressJob({
    quantisation: { steps: 8, method },
    storage: { firstLayer: 'smaller', predictor: 'int7', codedBits: 4, remainder: 'int8' },
  })
  const { package: bytes } = resultOf('compress', await runInProcess(job))
  const { predictor, kept } = contentOf(bytes)
  expect(predictor['predictor.0.weight']?.shape).toEqual([16, 149])
  expect(predictor['predictor.0.weight']?.kind).toBe('integer')
  expect([kept['bn1.bias']?.kind, kept['bn1.running_var']?.kind]).toEqual(['integer', 'float16'])
  const first = await runInProcess(job, { pauseAfter })
  const second = await runInProcess(job, { checkpoint: lastCheckpoint(first) })
  expect(resultOf('compress', second).package).toEqual(bytes)
})

it('starts from a predictor with tables, and refuses to where weights are to be stored', async () => {
  const job = await smallCompressJob({ storage: { firstLayer: 'smaller' } })
  if (job.kind !== 'compress') throw new Error('no compression')
  const first = resultOf('compress', await runInProcess(job))
  const startPath = join(await temporaryFolder(), 'package.nern.safetensors')
  await writeFile(startPath, first.package)
  const rest = {
    reconstruction: { ...job.config.reconstruction, steps: 0 },
    distillation: { ...job.config.distillation, steps: 0 },
  }
  const stored = { ...job, startPath, config: { ...job.config, ...rest } }
  const again = resultOf('compress', await runInProcess(stored))
  expect(contentOf(again.package).predictor).toEqual(contentOf(first.package).predictor)
  const fitted = { ...stored, config: { ...job.config, distillation: { ...job.config.distillation, steps: 2 } } }
  expect(contentOf(resultOf('compress', await runInProcess(fitted)).package).embedding).toEqual({ type: 'one-hot' })
  const other = {
    ...stored,
    config: { ...stored.config, storage: { ...job.config.storage, firstLayer: 'weights' as const } },
  }
  await expect(runInProcess(other)).rejects.toThrow(AppException)
  await expect(runInProcess(other)).rejects.toThrow(/embedding, predictor differ/)
})
