/** The queue of clusters, with real trainers that follow a script on a cluster in this process. */
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { createForkHosts } from '#main/trainer-host/fork-host.ts'
import type { Studio } from '#main/studio.ts'
import { defaultResources } from '#shared/cluster/cluster-config.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import type { ExperimentRecord } from '#shared/protocol/records.ts'
import { LocalCluster } from '#test/support/local-cluster.ts'
import { scriptedTrainerPath } from '#test/support/programs.ts'
import {
  call,
  fillLibrary,
  nextEvent,
  openStudio,
  reaches,
  scriptTrainers,
  type Library,
} from '#test/support/studio.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

const waits = { watchedMs: 20, unwatchedMs: 20, firstRetryMs: 5 }
const uni = { ...defaultResources, name: 'uni', host: 'login', folder: '~/nern' }

interface There {
  readonly studio: Studio
  readonly cluster: LocalCluster
  readonly library: Library
  readonly storeFolder: string
}

function newCluster(): LocalCluster {
  return new LocalCluster(createForkHosts({ entryPath: scriptedTrainerPath }))
}

async function studioWith(cluster: LocalCluster, storeFolder: string): Promise<Studio> {
  return openStudio({ storeFolder, openCluster: () => cluster, clusterWaits: waits })
}

/** A studio that dispatches, with a cluster `uni`. */
async function openThere(cluster = newCluster()): Promise<There> {
  const storeFolder = join(temporaryFolder(), 'store')
  const studio = await studioWith(cluster, storeFolder)
  const library = await fillLibrary(studio)
  await call(studio, 'clusters.save', uni)
  studio.queue.startDispatching()
  return { studio, cluster, library, storeFolder }
}

function create(
  studio: Studio,
  { network, dataset }: Library,
  steps: number,
  place?: string,
): Promise<ExperimentRecord> {
  const config = { ...fastConfig, reconstruction: { ...fastConfig.reconstruction, steps }, checkpointEverySteps: 10 }
  return call(studio, 'experiments.create', {
    ...{ config, networkId: network.id, datasetId: dataset.id, enqueue: true },
    ...(place === undefined ? {} : { place }),
  })
}

/** Resolves when what lists show of it satisfies `isSo`. */
async function shows(
  studio: Studio,
  id: string,
  isSo: (record: ExperimentRecord) => boolean,
): Promise<ExperimentRecord> {
  for (;;) {
    const { record } = await call(studio, 'experiments.get', { id })
    if (isSo(record)) return record
    await nextEvent(studio, 'experiment-changed', (changed) => changed.id === id)
  }
}

const runIdOf = (record: ExperimentRecord): string => record.latestRun?.id ?? ''

/** All values of the loss, by step. */
async function losses(studio: Studio, runId: string): Promise<readonly (readonly [number, number])[]> {
  const points = await call(studio, 'runs.metrics', { id: runId, afterStep: -1 })
  return points.filter(({ name }) => name === 'loss.total').map(({ step, value }) => [step, value])
}

describe('an experiment for a cluster', () => {
  it('has there what it would have had here, to the bit, and takes no place of this computer', async () => {
    const { studio, cluster, library } = await openThere()
    cluster.holds = true
    const there = await create(studio, library, 30, 'uni')
    const here = await create(studio, library, 30)
    // It waits there while the other one runs here.
    const local = await reaches(studio, here.id, 'completed')
    const waiting = await shows(studio, there.id, ({ latestRun }) => latestRun?.remote?.state === 'waiting')
    expect([waiting.status, waiting.place, waiting.latestRun?.phase]).toEqual(['running', 'uni', 'waits: Priority'])
    expect(await call(studio, 'queue.times', { first: 1 })).toEqual({ seconds: 0, unknown: 0, waiting: [] })
    cluster.begin(runIdOf(waiting))
    const remote = await reaches(studio, there.id, 'completed')
    expect(remote.latestRun?.result).toEqual({ ...local.latestRun?.result, seconds: expect.anything() as unknown })
    expect(await losses(studio, runIdOf(remote))).toEqual(await losses(studio, runIdOf(local)))
    expect(remote.latestRun?.remote).toMatchObject({
      cluster: 'uni',
      node: 'n1',
      cpuModel: 'EPYC',
      arrayJobId: 100,
      task: 0,
    })
    expect(cluster.submissions[0]).toMatchObject({ name: there.name, resources: defaultResources })
  })

  it('is submitted once when the answer is lost, and again when the studio was closed before there was one', async () => {
    const { studio, cluster, library, storeFolder } = await openThere()
    cluster.losesReply = true
    const first = await create(studio, library, 20, 'uni')
    await reaches(studio, first.id, 'completed')
    expect([cluster.submissions.length, cluster.calls]).toEqual([1, 2])
    cluster.isReachable = false
    const second = await create(studio, library, 20, 'uni')
    await shows(studio, second.id, ({ latestRun }) => latestRun?.remote?.state === 'sending')
    await studio.close()
    cluster.isReachable = true
    const again = await studioWith(cluster, storeFolder)
    again.queue.startDispatching()
    await reaches(again, second.id, 'completed')
    expect(cluster.submissions).toHaveLength(2)
  })

  it('goes on there while the studio is closed, and is caught up afterwards, piece by piece', async () => {
    scriptTrainers({ holdAtStep: 15 })
    const cluster = newCluster()
    cluster.mostEvents = 7
    const { studio, library, storeFolder } = await openThere(cluster)
    const { id } = await create(studio, library, 60, 'uni')
    await shows(studio, id, ({ latestRun }) => (latestRun?.step ?? 0) >= 15)
    await studio.close()
    const again = await studioWith(cluster, storeFolder)
    const { record } = await call(again, 'experiments.get', { id })
    expect([record.status, record.latestRun?.status]).toEqual(['running', 'running'])
    await call(again, 'queue.cancel', { ids: [id] })
    await reaches(again, id, 'cancelled')
  })

  it('is paused with its checkpoint, goes on from it, and every step is told once', async () => {
    const { studio, cluster, library } = await openThere()
    cluster.holds = true
    const { id } = await create(studio, library, 400, 'uni')
    const waiting = await shows(studio, id, ({ latestRun }) => latestRun?.remote?.state === 'waiting')
    cluster.begin(runIdOf(waiting))
    await shows(studio, id, ({ latestRun }) => (latestRun?.step ?? 0) >= 10)
    await call(studio, 'queue.pause', { ids: [id] })
    const paused = await reaches(studio, id, 'paused', 'completed')
    expect(paused.status).toBe('paused')
    cluster.holds = false
    await call(studio, 'queue.resume', { ids: [id] })
    const done = await reaches(studio, id, 'completed')
    expect(runIdOf(done)).toBe(runIdOf(waiting))
    expect((await losses(studio, runIdOf(done))).map(([step]) => step)).toEqual(
      Array.from({ length: 400 }, (_none, index) => index + 1),
    )
  })

  it('that was never sent is paused and cancelled without the cluster', async () => {
    const { studio, cluster, library } = await openThere()
    cluster.isReachable = false
    const sent = await create(studio, library, 20, 'uni')
    await shows(studio, sent.id, ({ latestRun }) => latestRun?.remote?.state === 'sending')
    const { config, connection } = (await call(studio, 'clusters.list', {}))[0] ?? {}
    expect([config, connection]).toMatchObject([uni, { state: 'lost', error: { code: 'cluster-unreachable' } }])
    const refusal = await studio.invoke('clusters.remove', { name: 'uni' })
    expect(refusal).toMatchObject({ ok: false, error: { code: 'conflict', remedy: expect.any(String) as string } })
  })

  it('is submitted again when it was interrupted, and says where it began on another processor', async () => {
    const { studio, cluster, library } = await openThere()
    cluster.processors = ['EPYC', 'Xeon']
    cluster.holds = true
    const { id } = await create(studio, library, 300, 'uni')
    const waiting = await shows(studio, id, ({ latestRun }) => latestRun?.remote?.state === 'waiting')
    const runId = runIdOf(waiting)
    cluster.begin(runId)
    await shows(studio, id, ({ latestRun }) => (latestRun?.step ?? 0) >= 10)
    cluster.holds = false
    await cluster.runs.get(runId)?.interrupt('The node was lost')
    const done = await reaches(studio, id, 'completed')
    expect([runIdOf(done), done.latestRun?.remote?.node, cluster.submissions.length]).toEqual([runId, 'n2', 2])
    expect((await losses(studio, runId)).map(([step]) => step)).toEqual(
      Array.from({ length: 300 }, (_none, index) => index + 1),
    )
    const log = (await call(studio, 'runs.log', { id: runId })).map(({ text }) => text)
    expect(log).toContainEqual(expect.stringMatching(/^The node was lost; it is submitted again from the checkpoint/))
    expect(log).toContainEqual(expect.stringMatching(/^It began on another kind of processor \(EPYC\)/))
  })

  it('is paused when it is interrupted again and again without a newer checkpoint', async () => {
    const { studio, cluster, library } = await openThere()
    cluster.holds = true
    const { id } = await create(studio, library, 50, 'uni')
    for (let count = 1; count <= 4; count++) {
      const waiting = await shows(studio, id, () => cluster.submissions.length === count)
      await cluster.runs.get(runIdOf(waiting))?.interrupt('The job made room')
    }
    const paused = await reaches(studio, id, 'paused')
    expect(cluster.submissions).toHaveLength(4)
    const log = await call(studio, 'runs.log', { id: runIdOf(paused) })
    expect(log.at(-1)).toMatchObject({ level: 'error', text: expect.stringContaining('4th time') as string })
  })

  it('that will never start is submitted again with other resources, and the dead job is cancelled first', async () => {
    const { studio, cluster, library } = await openThere()
    cluster.holds = true
    const { id } = await create(studio, library, 40, 'uni')
    const waiting = await shows(studio, id, ({ latestRun }) => latestRun?.remote?.state === 'waiting')
    const run = cluster.runs.get(runIdOf(waiting))
    if (run === undefined) throw new Error('not submitted')
    run.state = { kind: 'waiting', reason: 'PartitionTimeLimit', never: 'Ask for less time.' }
    await shows(studio, id, ({ latestRun }) => latestRun?.remote?.never !== undefined)
    const resources = { ...defaultResources, cpus: 1, timeLimitMinutes: 30 }
    cluster.isReachable = false
    const sent = await call(studio, 'clusters.submit-again', { experimentId: id, resources })
    expect(sent.experimentIds).toEqual([id])
    const { record } = await call(studio, 'experiments.get', { id })
    expect(record.latestRun?.remote).toMatchObject({ state: 'prepared', resources })
    expect([cluster.stopped, cluster.submissions.length]).toEqual([[], 1])
    cluster.isReachable = true
    cluster.holds = false
    const done = await reaches(studio, id, 'completed')
    expect(runIdOf(done)).toBe(runIdOf(waiting))
    expect(cluster.stopped).toMatchObject([
      { arrayJobId: 100, task: 0, submission: cluster.submissions[0]?.submission },
    ])
    expect(cluster.submissions.map((batch) => batch.resources)).toEqual([defaultResources, resources])
    const refused = await studio.invoke('clusters.submit-again', { experimentId: id, resources })
    expect(refused).toMatchObject({ ok: false, error: { code: 'conflict' } })
    // Settings that were changed hold for what is submitted after them.
    await call(studio, 'clusters.save', { ...uni, memoryMib: 8192 })
    expect((await call(studio, 'experiments.get', { id })).record.latestRun?.remote?.resources).toBeUndefined()
  })

  it('that Slurm refuses is paused with what it said', async () => {
    const { studio, cluster, library } = await openThere()
    cluster.refusal = 'sbatch: error: invalid partition specified: gpu'
    const { id } = await create(studio, library, 20, 'uni')
    const paused = await reaches(studio, id, 'paused')
    expect(paused.latestRun?.error).toMatchObject({ code: 'cluster-refused', remedy: 'Change the cluster.' })
  })
})

it('submits a batch as one array, and cancels it', async () => {
  const { studio, cluster, library } = await openThere()
  cluster.holds = true
  const { network, dataset } = library
  const { record, rows } = await call(studio, 'batches.create', {
    name: 'three seeds',
    sweep: {
      config: fastConfig,
      networkIds: [network.id],
      datasetId: dataset.id,
      presetIds: [],
      plan: { kind: 'grid', vary: [] },
      seeds: [1, 2, 3],
    },
    place: 'uni',
    enqueue: true,
  })
  const last = rows.at(-1)?.experimentId ?? ''
  await shows(studio, last, ({ latestRun }) => latestRun?.remote?.state === 'waiting')
  expect(cluster.submissions.map(({ name, runs }) => [name, runs.length])).toEqual([[record.name, 3]])
  await call(studio, 'batches.cancel', { id: record.id })
  for (const { experimentId } of rows) await reaches(studio, experimentId, 'cancelled')
})
