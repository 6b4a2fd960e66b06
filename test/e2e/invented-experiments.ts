/** Experiments that nobody ran, for what a table of thousands looks like and costs. */
import { baselinePresets } from '#shared/methods/direct/presets.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import { defaultExecutor } from '#shared/protocol/trainer-protocol.ts'
import type { CompressResult } from '#shared/protocol/records.ts'
import { Store } from '#main/store/store.ts'
import { datasetRecord, networkRecord } from '#test/support/records.ts'
import { completedRun } from '#test/support/experiment-records.ts'
import { storeFolderIn } from './launch.ts'

const original = { correct: 9173, total: 10_000 }
const start = Date.parse('2030-01-01T00:00:00.000Z')

/** Fills a new store below `folder`: most are completed, the others drafts, failed, or archived; none waits. */
export async function inventExperiments(folder: string, count: number): Promise<void> {
  let now = start
  const clock = { now: () => (now += 60_000), after: () => () => {} }
  const store = await Store.open({ folder: storeFolderIn(folder), program: 'test', clock })
  store.networks.insert(networkRecord(), [])
  store.datasets.insert(datasetRecord())
  store.transaction(() => {
    for (let index = 0; index < count; index++) invent(store, index)
  })
  await store.close()
}

function invent({ experiments, runs }: Store, index: number): void {
  const hiddenSize = 60 + 10 * (index % 20)
  const baseline = baselinePresets[index % baselinePresets.length]
  const isBaseline = index % 7 === 0 && baseline !== undefined
  const { id } = experiments.insert({
    name: isBaseline ? `${baseline.title}, seed ${index}` : `ResNet-20, hidden size ${hiddenSize}, seed ${index}`,
    config: isBaseline
      ? baseline.config
      : { ...fastConfig, seed: index, predictor: { ...fastConfig.predictor, hiddenSize } },
    networkId: 'net-1',
    datasetId: 'data-1',
  })
  experiments.update(id, {
    tags: [`sweep ${index % 12}`, ...(index % 9 === 0 ? ['best so far'] : [])],
    isStarred: index % 11 === 0,
    isArchived: index % 23 === 0,
  })
  if (index % 17 === 0) return
  experiments.transition(id, 'enqueue')
  experiments.transition(id, 'dispatch')
  const run = runs.start(id, defaultExecutor)
  runs.report(run.id, { device: 'onnxruntime cpu, 2 threads', phase: 'packaging', step: 10_300, totalSteps: 10_300 })
  if (index % 13 === 0) {
    runs.end(run.id, 'failed', {
      error: { code: 'diverged', message: 'The loss is not a number at step 412.' },
    })
    experiments.transition(id, 'fail')
    return
  }
  runs.end(run.id, 'completed', { result: inventedResult(index, hiddenSize) })
  experiments.transition(id, 'complete')
}

/** The larger, the better, with some scatter by seed. */
function inventedResult(index: number, hiddenSize: number): CompressResult {
  const { result } = completedRun({ correct: 0 })
  if (result?.kind !== 'compress') throw new Error('no compression')
  const correct = Math.round(9150 - 60_000 / hiddenSize + 30 * Math.sin(index * 12.9898))
  const totalBytes = 9000 + 640 * hiddenSize + (index % 50)
  return {
    ...result,
    accuracies: [{ split: 'test', original, reconstructed: { correct, total: original.total } }],
    sizes: { ...result.sizes, totalBytes, originalBytes: 1_080_000, compressionRatio: 1_080_000 / totalBytes },
    seconds: { ...result.seconds, total: 200 + (index % 400) },
  }
}
