import { expect, it, vi } from 'vitest'
import type { CompressConfig } from '#shared/methods/nern/config.ts'
import { lastCheckpoint, metricOf, resultOf, runInProcess } from '#test/support/run-in-process.ts'
import { reconstructionSteps, smallCompressJob } from '#test/support/small-compress-job.ts'

vi.setConfig({ testTimeout: 300_000 })

const jobOn = (images: CompressConfig['distillation']['images']) => smallCompressJob({ distillation: { images } })

it.each(['uniform-noise', 'gaussian-noise'] as const)(
  'distils on %s, measures on the data set, and ends the same to the bit when it was paused',
  async (images) => {
    const job = await jobOn(images)
    const whole = await runInProcess(job)
    const { evaluations, package: bytes } = resultOf('compress', whole)
    expect(evaluations.map(({ of, split, total }) => [of, split, total])).toEqual([
      ['original', 'validation', 60],
      ['reconstructed', 'validation', 60],
      ['original', 'test', 80],
      ['reconstructed', 'test', 80],
    ])
    const losses = metricOf(whole, 'loss.feature-maps').map(([, loss]) => loss)
    expect(losses).toHaveLength(5)
    // Other noise in every step, through networks that differ.
    expect(new Set(losses).size).toBe(5)
    expect(Math.min(...losses)).toBeGreaterThan(0)

    // Metrics come with every step and with the evaluation at the end of a phase.
    const first = await runInProcess(job, { pauseAfter: reconstructionSteps + 3 })
    const paused = first.at(-1)
    expect(paused?.type === 'paused' && paused.step > reconstructionSteps && paused.step < 8).toBe(true)
    const second = await runInProcess(job, { checkpoint: lastCheckpoint(first) })
    for (const name of ['loss.feature-maps', 'loss.distillation', 'accuracy.validation']) {
      const values = new Map([...metricOf(first, name), ...metricOf(second, name)])
      expect(values, name).toEqual(new Map(metricOf(whole, name)))
    }
    expect(resultOf('compress', second).package).toEqual(bytes)
  },
)

it('refuses to go on with other images than its checkpoint knows', async () => {
  const noisy = await runInProcess(await jobOn('uniform-noise'), { pauseAfter: reconstructionSteps + 3 })
  const going = runInProcess(await jobOn('dataset'), { checkpoint: lastCheckpoint(noisy) })
  await expect(going).rejects.toMatchObject({ code: 'file-corrupt', where: 'distillation.images' })
})
