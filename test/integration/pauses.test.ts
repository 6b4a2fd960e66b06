/** A run of the real trainer paused in each of its phases: the pause takes effect at once, and changes no result. */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import type { Studio } from '#main/studio.ts'
import type { CompressConfig } from '#shared/methods/nern/config.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import { fillStore, realStudioOptions } from '#test/support/real-trainer.ts'
import { call, nextEvent, openStudio, reaches } from '#test/support/studio.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

vi.setConfig({ testTimeout: 300_000, hookTimeout: 120_000 })

const config: CompressConfig = {
  ...fastConfig,
  predictor: { ...fastConfig.predictor, hiddenSize: 24 },
  permutation: { ...fastConfig.permutation, mode: 'in-filter' },
  reconstruction: { ...fastConfig.reconstruction, steps: 40, sampling: { method: 'uniform', kernels: 256 } },
  distillation: {
    ...fastConfig.distillation,
    steps: 8,
    dataBatch: 4,
    sampling: { method: 'uniform', kernels: 256 },
    rampSteps: 2,
  },
  quantisation: { ...fastConfig.quantisation, steps: 6 },
  storage: { ...fastConfig.storage, predictor: 'int6' },
  evaluation: { everySteps: 4, images: 32, keep: 'best-validation' },
}

/** By the sentence that the run shows, in the order of a run. */
const phases = [
  /^permutation/,
  /^reconstruction/,
  /^distillation/,
  /^quantisation/,
  /^writing the package/,
  /^evaluation of the original network on validation/,
  /^evaluation of the reconstructed network on validation/,
]

it('takes effect within 5 s in every phase, and ends with the same files', async () => {
  const storeFolder = temporaryFolder()
  await fillStore(storeFolder)
  const studio = await openStudio(realStudioOptions(storeFolder))
  studio.queue.startDispatching()
  const disturbed = await create(studio, 'disturbed')
  const took: number[] = []
  for (const phase of phases) {
    await shows(studio, disturbed, phase)
    const askedAt = performance.now()
    const acknowledged = nextEvent(studio, 'experiment-changed', ({ latestRun }) => latestRun?.phase === 'pausing')
    await call(studio, 'queue.pause', { ids: [disturbed] })
    await acknowledged
    expect(performance.now() - askedAt).toBeLessThan(1000)
    const { latestRun } = await reaches(studio, disturbed, 'paused', 'completed', 'failed')
    took.push((performance.now() - askedAt) / 1000)
    expect(latestRun, `paused in ${phase.source}`).toMatchObject({ status: 'paused', attempt: 1 })
    await call(studio, 'queue.resume', { ids: [disturbed] })
  }
  expect(Math.max(...took), took.map((seconds) => seconds.toFixed(1)).join(', ')).toBeLessThan(5)
  const ended = await reaches(studio, disturbed, 'completed', 'failed')
  expect(ended.latestRun?.error).toBeUndefined()

  // The permutation is kept with the network by now: what it gives is the same.
  const whole = await reaches(studio, await create(studio, 'undisturbed'), 'completed', 'failed')
  const files = (runId = '') =>
    ['package.nern.safetensors', 'reconstructed.safetensors'].map((name) =>
      createHash('sha256')
        .update(readFileSync(join(storeFolder, 'runs', runId, name)))
        .digest('hex'),
    )
  expect(files(ended.latestRun?.id)).toEqual(files(whole.latestRun?.id))
})

async function create(studio: Studio, name: string): Promise<string> {
  const [network] = await call(studio, 'networks.list', {})
  const [dataset] = await call(studio, 'datasets.list', {})
  const { id } = await call(studio, 'experiments.create', {
    name,
    config,
    networkId: network?.id ?? '',
    datasetId: dataset?.id ?? '',
    enqueue: true,
  })
  return id
}

/** Resolves when the latest run of the experiment says that it is in this phase. */
async function shows(studio: Studio, id: string, phase: RegExp): Promise<void> {
  const isThere = (text: string | undefined): boolean => text !== undefined && phase.test(text)
  const { record } = await call(studio, 'experiments.get', { id })
  if (record.status === 'running' && isThere(record.latestRun?.phase)) return
  await nextEvent(studio, 'experiment-changed', (changed) => changed.id === id && isThere(changed.latestRun?.phase))
}
