/** Experiments that a test can wait for. */
import type { BaselineConfig } from '#shared/methods/direct/config.ts'
import type { CompressConfig } from '#shared/methods/nern/config.ts'
import type { ExperimentConfig } from '#shared/experiment/experiment-config.ts'
import type { ExperimentRecord, MetricPoint } from '#shared/protocol/records.ts'
import { baselinePresetConfig, compressPresetConfig } from '#test/support/preset-config.ts'
import { expect } from './fixtures.ts'
import { ask, type OpenStudio } from './launch.ts'

/** For what the trainer computes: it comes to an end on a busy machine too, only later. */
export const whileComputing = { timeout: 300_000 }

export function smokeConfig(): CompressConfig {
  return compressPresetConfig('smoke')
}

export function int4Config(): BaselineConfig {
  return baselinePresetConfig('baseline-int4')
}

/** As the smoke preset, but with time to interrupt it: seconds of steps, and many checkpoints. */
export function interruptibleConfig(): CompressConfig {
  const config = smokeConfig()
  return {
    ...config,
    reconstruction: { ...config.reconstruction, steps: 500, sampling: { method: 'uniform', kernels: 4096 } },
    checkpointEverySteps: 25,
  }
}

/** Queues an experiment on the network and the data set of the library. */
export async function enqueue({ page }: OpenStudio, name: string, config: ExperimentConfig): Promise<ExperimentRecord> {
  const [network] = await ask(page, 'networks.list', {})
  const [dataset] = await ask(page, 'datasets.list', {})
  if (network === undefined || dataset === undefined) throw new Error('The library is empty.')
  return ask(page, 'experiments.create', {
    name,
    config,
    networkId: network.id,
    datasetId: dataset.id,
    enqueue: true,
  })
}

export async function get({ page }: OpenStudio, id: string): Promise<ExperimentRecord> {
  return (await ask(page, 'experiments.get', { id })).record
}

export async function reaches(studio: OpenStudio, id: string, status: ExperimentRecord['status']): Promise<void> {
  await expect.poll(async () => (await get(studio, id)).status, whileComputing).toBe(status)
}

/** The run goes on and has made a checkpoint that it did not have at `step`. */
export async function reachesCheckpointAfter(studio: OpenStudio, id: string, step: number): Promise<void> {
  await expect
    .poll(async () => {
      const run = (await get(studio, id)).latestRun
      const checkpoints = run === undefined ? [] : await ask(studio.page, 'runs.checkpoints', { id: run.id })
      return Math.max(-1, ...checkpoints.map((checkpoint) => checkpoint.step))
    }, whileComputing)
    .toBeGreaterThan(step)
}

/** The last loss of an experiment over all its runs, and what its network got right: equal only after equal steps. */
export async function outcomeOf({ page }: OpenStudio, id: string) {
  const { record, runs } = await ask(page, 'experiments.get', { id })
  const points: MetricPoint[] = []
  for (const run of runs) points.push(...(await ask(page, 'runs.metrics', { id: run.id, afterStep: -1 })))
  const losses = points.filter(({ name }) => name === 'loss.total' || name === 'loss.reconstruction')
  const last = losses.toSorted((a, b) => b.step - a.step || a.name.localeCompare(b.name))[0]
  const result = record.latestRun?.result
  if (last === undefined || result?.kind !== 'compress') throw new Error(`${record.name} has no result.`)
  const { accuracies, layers, relativeError } = result
  return { last: { name: last.name, step: last.step, value: last.value }, accuracies, layers, relativeError }
}
