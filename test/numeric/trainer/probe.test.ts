/** A probe of the stages to come tells how long they take, and changes nothing of what a run computes. */
import { expect, it, vi } from 'vitest'
import type { FromTrainer } from '#shared/protocol/trainer-protocol.ts'
import { resultOf, runInProcess } from '#test/support/run-in-process.ts'
import { smallCompressJob } from '#test/support/small-compress-job.ts'

vi.setConfig({ testTimeout: 240_000 })

/** Of the metrics messages of the first phase. */
function knowsTimeLeft(messages: readonly FromTrainer[]): readonly boolean[] {
  return messages.flatMap((message) =>
    message.type === 'metrics' && message.step < 3 ? [message.remainingSeconds !== undefined] : [],
  )
}

it.each([
  ['all kernels', { sampling: { method: 'all', kernels: 0 } }],
  [
    'sampled kernels out of a cache, behind a warm-up',
    { sampling: { method: 'uniform', kernels: 64 }, refreshEverySteps: 3, warmupSteps: 2 },
  ],
] as const)('of steps with %s', async (_, distillation) => {
  const job = await smallCompressJob({ distillation })
  const without = await runInProcess(job)
  const probed = await runInProcess(job, { probeAfterMs: 0 })
  expect(knowsTimeLeft(without)).toEqual([false, false])
  expect(knowsTimeLeft(probed)).toEqual([false, true])
  expect(resultOf('compress', probed).package).toEqual(resultOf('compress', without).package)
  const estimates = probed.flatMap((message) => (message.type === 'metrics' ? (message.remainingSeconds ?? []) : []))
  expect(estimates.every((seconds) => Number.isFinite(seconds) && seconds >= 0)).toBe(true)
})
