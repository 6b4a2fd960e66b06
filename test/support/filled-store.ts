import { mkdirSync, writeFileSync } from 'node:fs'
import { sha256Of } from '#main/files/sha256.ts'
import { networkPath, packagePath, reconstructedPath, runPath } from '#main/store/layout.ts'
import type { Store } from '#main/store/store.ts'
import { Random } from '#shared/basics/random.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import { completedRun } from './experiment-records.ts'
import { datasetRecord, networkRecord } from './records.ts'

const executor = { executor: 'onnxruntime', provider: 'cpu', threads: 1 } as const

/** Networks with files, and a data set without. Returns their ids. */
export async function addNetworks(store: Store, count: number): Promise<readonly string[]> {
  const ids: string[] = []
  for (let at = 1; at <= count; at++) {
    const bytes = new TextEncoder().encode(`weights of network ${at}`)
    const sha256 = sha256Of(bytes)
    writeFileSync(networkPath(store.layout, sha256), bytes)
    const record = networkRecord({ id: `net-${at}`, name: `Network ${at}`, sha256, sizeBytes: bytes.byteLength })
    store.networks.insert(record, [])
    await store.manifests.ofNetwork(sha256)
    ids.push(record.id)
  }
  if (store.datasets.list().length === 0) store.datasets.insert(datasetRecord())
  return ids
}

/** Completed compressions of a network, each with files, a result of its own, points, a log and an evaluation. */
export async function addCompleted(
  store: Store,
  networkId: string,
  count: number,
  points = 40,
): Promise<readonly string[]> {
  const random = Random.fromSeed(count)
  const ids: string[] = []
  for (let at = 0; at < count; at++) {
    const correct = 8000 + Math.floor(1000 * random.uniform())
    // In one transaction: each waits for the disk.
    const { id, run } = store.transaction(() => completedExperiment(store, { networkId, at, correct, points, random }))
    mkdirSync(runPath(store.layout, run.id), { recursive: true })
    writeFileSync(packagePath(store.layout, run.id, 'nern'), `package of ${run.id}`)
    writeFileSync(reconstructedPath(store.layout, run.id), `reconstruction of ${run.id}`)
    await store.manifests.ofRun(run.id)
    ids.push(id)
  }
  return ids
}

interface Made {
  readonly networkId: string
  readonly at: number
  readonly correct: number
  readonly points: number
  readonly random: Random
}

function completedExperiment(store: Store, { networkId, at, correct, points, random }: Made) {
  const config = { ...fastConfig, seed: at }
  const { id } = store.experiments.insert({
    name: `compression ${at} of ${networkId}`,
    config,
    networkId,
    datasetId: 'data-1',
  })
  store.experiments.transition(id, 'enqueue')
  store.experiments.transition(id, 'dispatch')
  const run = store.runs.start(id, executor)
  const { result } = completedRun({ correct })
  const valueAt = (step: number) => (step === 3 ? NaN : random.uniform())
  store.metrics.add(
    run.id,
    Array.from({ length: points }, (_, step) => ({ name: 'loss.total', step, elapsedMs: step, value: valueAt(step) })),
  )
  store.runs.addLogLine(run.id, { at: '2030', level: 'info', text: `run ${at} of ${networkId}` })
  store.evaluations.insert({
    subject: { runId: run.id },
    datasetId: 'data-1',
    split: 'test',
    correct,
    total: 10_000,
    device: 'cpu',
    predictions: Uint8Array.from({ length: 500 }, () => random.integer(10)),
  })
  store.runs.end(run.id, 'completed', result === undefined ? {} : { result })
  store.experiments.transition(id, 'complete')
  return { id, run }
}

/** All that a store says of an experiment and its runs. */
export async function everythingOf(store: Store, id: string): Promise<unknown> {
  const record = store.experiments.get(id)
  const runs = await Promise.all(
    store.runs.list(id).map(async (run) => {
      const evaluation = store.evaluations.best({ runId: run.id }, 'data-1', 'test')
      const predictions = evaluation === undefined ? undefined : store.evaluations.predictions(evaluation.id)
      return {
        run,
        evaluation,
        predictions,
        metrics: await store.metrics.list(run.id, -1),
        summary: store.metrics.summary(run.id, 'loss.total'),
        log: store.runs.logLines(run.id),
      }
    }),
  )
  return { record, runs, listed: store.experiments.summary(id) }
}
