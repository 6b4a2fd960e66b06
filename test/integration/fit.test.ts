/** `studio fit` with the real trainer, from what may be lost to the experiment that stays within it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it, vi } from 'vitest'
import type { SearchRecord } from '#shared/forecast/search.ts'
import type { ExperimentSummary } from '#shared/experiment/experiment-summary.ts'
import { answerOf, startCommand } from '#test/support/command-line.ts'
import { trainerPath } from '#test/support/programs.ts'
import { fillStore } from '#test/support/real-trainer.ts'

/** Every method is tried on all weights, on a machine that may be busy. */
vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 })

const storeFolder = mkdtempSync(join(tmpdir(), 'nern-fit-'))
beforeAll(() => fillStore(storeFolder))
afterAll(() => rmSync(storeFolder, { recursive: true, force: true }))

const ask = (...args: readonly string[]) => answerOf(storeFolder, args, undefined, trainerPath)
const experiments = async () => (await ask('experiments', 'list')) as readonly ExperimentSummary[]

it('runs candidates until the first is within the limits, and keeps each as an experiment', async () => {
  const search = (await ask('fit', 'small', '--lose', '60', '--size', '100KiB', '--dataset', 'images')) as SearchRecord
  const made = search.attempts.flatMap(({ experimentId }) => (experimentId === undefined ? [] : [experimentId]))
  const last = search.attempts[made.length - 1]
  expect(search.status).toBe('fitted')
  expect(last?.outcome).toMatchObject({ kind: 'measured' })
  // Random weights guess among ten classes: nothing can be lost of that but luck.
  const kept = await experiments()
  expect(kept.map(({ id }) => id).toSorted()).toEqual(made.toSorted())
  expect(kept.every(({ status }) => status === 'completed')).toBe(true)
  const fitted = kept.find(({ id }) => id === made.at(-1))
  expect(fitted?.outcome.totalBytes).toBeLessThanOrEqual(100 * 1024)
})

it.each([
  [['fit', 'small', '--dataset', 'images'], /Give --lose, --size or both/],
  [['fit', 'small', '--lose', '1'], /Give --dataset, or --dry-run/],
  [['fit', 'smal', '--lose', '1', '--dry-run'], /small/],
])('refuses %s', async (args, message) => {
  const { code, stderr } = await startCommand(storeFolder, args, undefined, trainerPath).ended
  expect([code === 0, stderr]).toEqual([false, expect.stringMatching(message)])
})
