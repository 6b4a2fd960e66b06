/** Distillation whose schedule or weights leave terms out, through the whole job. */
import { expect, it, vi } from 'vitest'
import { noColourJitter } from '#shared/experiment/config-fields.ts'
import type { CompressConfig } from '#shared/methods/nern/config.ts'
import { lastCheckpoint, metricOf, resultOf, runInProcess } from '#test/support/run-in-process.ts'
import { reconstructionSteps, smallCompressJob } from '#test/support/small-compress-job.ts'

vi.setConfig({ testTimeout: 300_000 })

const jobOf = (distillation: Partial<CompressConfig['distillation']>) => smallCompressJob({ distillation })

it('a warm-up has no terms of images, and a run paused in it ends the same to the bit', async () => {
  const job = await jobOf({ warmupSteps: 2 })
  const whole = await runInProcess(job)
  const withMaps = metricOf(whole, 'loss.feature-maps').map(([step]) => step)
  const all = metricOf(whole, 'loss.reconstruction').map(([step]) => step)
  const warmupEnd = reconstructionSteps + 2
  expect(new Set(withMaps)).toEqual(new Set(all.filter((step) => step > warmupEnd)))

  const first = await runInProcess(job, { pauseAfter: reconstructionSteps + 1 })
  const second = await runInProcess(job, { checkpoint: lastCheckpoint(first) })
  expect(resultOf('compress', second).package).toEqual(resultOf('compress', whole).package)
})

it('logits alone, on images that never change, are computed once: the losses are those of images that may change', async () => {
  const alone = {
    featureMapWeight: 0,
    distillationWeight: 1,
    augmentation: 'none',
    colourJitter: noColourJitter,
  } as const
  const once = await runInProcess(await jobOf({ ...alone, mixup: 0 }))
  expect(metricOf(once, 'loss.feature-maps')).toEqual([])
  const losses = metricOf(once, 'loss.distillation').map(([, loss]) => loss)
  // The weight is too small to matter, and has the original network run in every step.
  const always = await runInProcess(await jobOf({ ...alone, mixup: 0, featureMapWeight: 1e-12 }))
  const expected = metricOf(always, 'loss.distillation').map(([, loss]) => loss)
  expect(losses).toHaveLength(expected.length)
  for (const [at, loss] of losses.entries()) expect(loss).toBeCloseTo(expected[at] ?? Number.NaN, 4)
})
