import { describe, expect, it } from 'vitest'
import { storeLayout } from '#main/store/layout.ts'
import { migrate } from '#main/store/migrate.ts'
import { tablesOfRun } from '#main/store/repair/manifest.ts'
import { loadSqlite } from '#main/store/sqlite.ts'
import type { Store } from '#main/store/store.ts'
import { defaultResources } from '#shared/cluster/cluster-config.ts'
import { parseFilter } from '#shared/experiment/filter/filter-text.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import { datasetRecord } from '#test/support/records.ts'
import { openFilledStore, openStore } from '#test/support/store.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

const uni = { ...defaultResources, name: 'uni', host: 'login', folder: '~/nern' }
const executor = { executor: 'onnxruntime', provider: 'cpu', threads: 2 } as const

/** An experiment for `uni` whose run is there. */
function startThere(store: Store): { readonly experimentId: string; readonly runId: string } {
  const subject = { config: fastConfig, networkId: 'net-1', datasetId: 'data-1' }
  const { id } = store.experiments.insert({ name: 'there', ...subject, place: 'uni' })
  store.experiments.transition(id, 'enqueue')
  store.experiments.transition(id, 'dispatch')
  const run = store.runs.start(id, executor)
  store.remoteRuns.prepare(run.id, 'uni', 'sub-1')
  return { experimentId: id, runId: run.id }
}

it('from 18 to 19 experiments are for this computer, and their runs know no cluster', async () => {
  const folder = temporaryFolder()
  const db = new (loadSqlite())(storeLayout(folder).database)
  migrate(db, 18)
  db.exec(`INSERT INTO datasets (id, name, kind, class_names, image_shape, counts, sha256, size_bytes, evidence, created_at)
    VALUES ('data-1', 'CIFAR-10', 'cifar10', '[]', '[3,32,32]', '${JSON.stringify(datasetRecord().counts)}', 'd', 1, 'known', 'then');
    INSERT INTO experiments (id, number, name, status, dataset_id, latest_run_id, created_at, updated_at)
      VALUES ('exp-a', 1, 'here', 'paused', 'data-1', 'run-a', 'then', 'then');
    INSERT INTO runs (id, experiment_id, attempt, status, executor, started_at)
      VALUES ('run-a', 'exp-a', 1, 'paused', '${JSON.stringify(executor)}', 'then')`)
  db.prepare('INSERT INTO experiment_configs (experiment_id, config) VALUES (?, ?)').run(
    'exp-a',
    JSON.stringify(fastConfig),
  )
  db.close()
  const store = await openStore(folder)
  const summary = store.experiments.summary('exp-a')
  expect([summary.place, summary.latestRun?.remote, summary.latestRun?.status]).toEqual([
    undefined,
    undefined,
    'paused',
  ])
  expect([store.clusters.list(), store.experiments.values(['exp-a'], ['place'])]).toEqual([
    [],
    { place: ['this computer'] },
  ])
  store.experiments.transition('exp-a', 'resume')
  expect(store.experiments.queue.heads(['cpu'])).toEqual([{ id: 'exp-a', provider: 'cpu' }])
})

it('from 20 to 21 runs on clusters ask for what the settings say, and replace no job', async () => {
  const folder = temporaryFolder()
  const db = new (loadSqlite())(storeLayout(folder).database)
  migrate(db, 20)
  db.exec(`INSERT INTO datasets (id, name, kind, class_names, image_shape, counts, sha256, size_bytes, evidence, created_at)
    VALUES ('data-1', 'CIFAR-10', 'cifar10', '[]', '[3,32,32]', '${JSON.stringify(datasetRecord().counts)}', 'd', 1, 'known', 'then');
    INSERT INTO experiments (id, number, name, status, dataset_id, latest_run_id, place, created_at, updated_at)
      VALUES ('exp-a', 1, 'there', 'running', 'data-1', 'run-a', 'uni', 'then', 'then');
    INSERT INTO runs (id, experiment_id, attempt, status, executor, started_at)
      VALUES ('run-a', 'exp-a', 1, 'running', '${JSON.stringify(executor)}', 'then');
    INSERT INTO remote_runs (run_id, cluster, submission, state, array_job, task)
      VALUES ('run-a', 'uni', 'sub-1', 'waiting', 7, 0)`)
  db.prepare('INSERT INTO experiment_configs (experiment_id, config) VALUES (?, ?)').run(
    'exp-a',
    JSON.stringify(fastConfig),
  )
  db.close()
  const store = await openStore(folder)
  const [run] = store.remoteRuns.live('uni')
  expect([run?.arrayJobId, run?.resources, run?.replaced]).toEqual([7, undefined, undefined])
  if (run === undefined) throw new Error('no run')
  store.remoteRuns.prepareInstead(run, 'sub-2', { ...defaultResources, timeLimitMinutes: 5 })
  expect(store.remoteRuns.live('uni')[0]).toMatchObject({
    ...{ submission: 'sub-2', state: 'prepared', resources: { timeLimitMinutes: 5 } },
    replaced: { submission: 'sub-1', arrayJobId: 7, task: 0 },
  })
  // Once more, before the first job was cancelled: it is that one that Slurm has.
  const [again] = store.remoteRuns.live('uni')
  if (again !== undefined) store.remoteRuns.prepareInstead(again, 'sub-3', defaultResources)
  expect(store.remoteRuns.live('uni')[0]?.replaced?.submission).toBe('sub-1')
})

describe('an experiment for a cluster', () => {
  it('waits for it, and for no processor of this computer', async () => {
    const store = await openFilledStore()
    const subject = { config: fastConfig, networkId: 'net-1', datasetId: 'data-1' }
    const { id } = store.experiments.insert({ name: 'there', ...subject, place: 'uni' })
    store.experiments.transition(id, 'enqueue')
    expect(store.experiments.queue.heads(['cpu'])).toEqual([])
    expect(store.experiments.queue.waitingAmong(new Set([id]))).toEqual([])
    expect(store.experiments.queue.waitingForClusters()).toEqual([{ id, cluster: 'uni' }])
    expect(store.experiments.summary(id).place).toBe('uni')
    const parsed = parseFilter('place = uni')
    expect(store.experiments.find(parsed.ok && parsed.filter ? { filter: parsed.filter } : {}).ids).toEqual([id])
    expect(parsed.ok).toBe(true)
  })

  it('tells where its run is, as it was last heard of', async () => {
    const store = await openFilledStore()
    const { experimentId, runId } = startThere(store)
    expect(store.experiments.summary(experimentId).latestRun?.remote).toEqual({ cluster: 'uni', state: 'prepared' })
    store.remoteRuns.change(runId, { state: 'waiting', array_job: 7, task: 3, reason: 'Priority', heard_at: 'now' })
    const remote = { cluster: 'uni', state: 'waiting', arrayJobId: 7, task: 3, reason: 'Priority', heardAt: 'now' }
    expect(store.runs.get(runId).remote).toEqual(remote)
    expect(store.experiments.queue.runningHere()).toEqual([])
  })

  it('goes on from where its events are in the store when it is submitted again', async () => {
    const store = await openFilledStore()
    const { experimentId, runId } = startThere(store)
    const awaited = { of: 'checkpoint', step: 5, file: { sha256: 'a'.repeat(64), sizeBytes: 3 }, packed: null }
    store.remoteRuns.change(runId, { state: 'running', array_job: 7, task: 0, attempt: 2, offset: 90, wish: 'pause' })
    store.remoteRuns.change(runId, { awaited: JSON.stringify(awaited), never: 'too long' })
    store.remoteRuns.prepare(runId, 'uni', 'sub-2')
    expect(store.remoteRuns.liveOf(experimentId)).toEqual({
      ...{ runId, experimentId, cluster: 'uni', submission: 'sub-2', state: 'prepared', awaited },
      ...{ cursor: { attempt: 2, offset: 90 }, step: 0, interruptions: 0, interruptedStep: -1 },
    })
  })

  it('is live until its run has ended, and its files are wanted as long as it can go on', async () => {
    const store = await openFilledStore()
    const { experimentId, runId } = startThere(store)
    expect(store.remoteRuns.live('uni').map((run) => run.runId)).toEqual([runId])
    store.experiments.transition(experimentId, 'pause')
    expect([store.remoteRuns.live('uni'), store.remoteRuns.wanted('uni')]).toEqual([[], [runId]])
    store.experiments.transition(experimentId, 'cancel')
    expect(store.remoteRuns.wanted('uni')).toEqual([])
  })

  it('keeps in its manifest where it ran', async () => {
    const store = await openFilledStore()
    const { experimentId, runId } = startThere(store)
    store.runs.end(runId, 'completed')
    store.experiments.transition(experimentId, 'complete')
    const db = new (loadSqlite())(store.layout.database, { readonly: true })
    try {
      expect(tablesOfRun(db, runId)?.['remote_runs']).toEqual([
        expect.objectContaining({ run_id: runId, cluster: 'uni' }),
      ])
    } finally {
      db.close()
    }
  })
})

it('keeps clusters by name, and says who needs one', async () => {
  const store = await openFilledStore()
  store.clusters.save(uni)
  store.clusters.save({ ...uni, cpus: 8 })
  expect(store.clusters.list()).toEqual([{ ...uni, cpus: 8 }])
  startThere(store)
  expect(store.clusters.namesOn('uni')).toEqual(['there'])
  store.clusters.remove('uni')
  expect(store.clusters.find('uni')).toBeUndefined()
  expect(() => store.clusters.remove('uni')).toThrow(/There is no cluster uni/)
})
