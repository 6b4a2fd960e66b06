/**
 * A batch of a studio on a real Slurm, disturbed in every way that clusters have: all of it ends as it would have here, and
 * nothing is told, made or failed twice.
 */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { sha256OfFile } from '#main/files/sha256.ts'
import { openCluster } from '#main/cluster/open-cluster.ts'
import type { RemoteCluster } from '#main/cluster/remote-cluster.ts'
import { runtimeFiles } from '#main/cluster/runtime.ts'
import type { ClusterOpener } from '#main/context/cluster-opener.ts'
import { packagePath, storeLayout } from '#main/store/layout.ts'
import { Studio } from '#main/studio.ts'
import { AppException } from '#shared/basics/result.ts'
import { defaultResources } from '#shared/cluster/cluster-config.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import type { ExperimentRecord } from '#shared/protocol/records.ts'
import { programsFolder } from '#test/support/programs.ts'
import { fillStore, realStudioOptions } from '#test/support/real-trainer.ts'
import { call } from '#test/support/studio.ts'
import { Slurm, until, whyNoSlurm } from './slurm.ts'

const skipped = whyNoSlurm()
const root = join(import.meta.dirname, '../..')
const EXPERIMENTS = 12
const STEPS = 120

const config = {
  ...fastConfig,
  predictor: { ...fastConfig.predictor, hiddenSize: 16 },
  reconstruction: { ...fastConfig.reconstruction, steps: STEPS },
  distillation: { ...fastConfig.distillation, steps: 0 },
  evaluation: { everySteps: 0, images: 32, keep: 'best-validation' as const },
  checkpointEverySteps: 10,
}

describe.skipIf(skipped !== undefined)(`a studio with a cluster${skipped === undefined ? '' : ` (${skipped})`}`, () => {
  let slurm: Slurm
  let storeFolder: string
  let studio: Studio
  let submissions = 0
  /** The answer of the first submission is lost. */
  const losesReply = (cluster: RemoteCluster): RemoteCluster => ({
    check: (onStep) => cluster.check(onStep),
    connect: () => cluster.connect(),
    poll: (runs) => cluster.poll(runs),
    read: (runId, message) => cluster.read(runId, message),
    stop: (runs, wish) => cluster.stop(runs, wish),
    checkpoint: (run) => cluster.checkpoint(run),
    previewClean: (keep) => cluster.previewClean(keep),
    clean: (preview) => cluster.clean(preview),
    close: () => cluster.close(),
    async submit(batch, onProgress) {
      const answer = await cluster.submit(batch, onProgress)
      submissions++
      if (submissions > 1) return answer
      throw new AppException({
        code: 'cluster-timed-out',
        message: 'The answer was lost.',
        where: 'cluster',
      })
    },
  })

  beforeAll(async () => {
    slurm = await Slurm.start()
    storeFolder = join(slurm.shared, '..', 'store')
    await fillStore(storeFolder)
    studio = await open()
  })
  afterAll(async () => {
    await studio.close()
    await slurm.stop()
  })

  async function open(): Promise<Studio> {
    const opener: ClusterOpener = (cluster, { studio: id, clock, log }) =>
      losesReply(
        openCluster(cluster, {
          ...{ studio: id, clock, log, sshConfigPath: slurm.sshConfigPath },
          cacheFolder: join(root, '.cache', 'cluster'),
          runtime: runtimeFiles(programsFolder, join(root, 'node_modules')),
        }),
      )
    const waits = { watchedMs: 500, unwatchedMs: 500, firstRetryMs: 200 }
    return Studio.open({
      ...realStudioOptions(storeFolder),
      openCluster: opener,
      clusterWaits: waits,
    })
  }

  async function experiment(id: string): Promise<ExperimentRecord> {
    return (await call(studio, 'experiments.get', { id })).record
  }

  async function statuses(): Promise<readonly string[]> {
    const { items } = await call(studio, 'experiments.list', {})
    return items.map(({ status }) => status)
  }

  function digestOf({ latestRun }: ExperimentRecord): Promise<string> {
    return sha256OfFile(packagePath(storeLayout(storeFolder), latestRun?.id ?? '', 'nern'))
  }

  test('completes a batch through a lost answer, a preemption, a lost node and a closed studio', async () => {
    await call(studio, 'clusters.save', {
      ...{
        ...defaultResources,
        name: 'uni',
        host: 'cluster',
        folder: join(slurm.shared, 'the "studio"'),
      },
      ...{ cpus: 1, memoryMib: 1500, extraOptions: ['--exclusive'] },
    })
    const [network] = await call(studio, 'networks.list', {})
    const [dataset] = await call(studio, 'datasets.list', {})
    studio.queue.startDispatching()
    const { rows } = await call(studio, 'batches.create', {
      sweep: {
        ...{
          config,
          networkIds: [network?.id ?? ''],
          datasetId: dataset?.id ?? '',
          presetIds: [],
        },
        plan: { kind: 'grid', vary: [] },
        seeds: Array.from({ length: EXPERIMENTS }, (_none, index) => index),
      },
      ...{ place: 'uni', enqueue: true },
    })
    const ids = rows.map(({ experimentId }) => experimentId)
    const running = async (): Promise<readonly ExperimentRecord[]> =>
      (await Promise.all(ids.map(experiment))).filter(
        ({ status, latestRun }) => status === 'running' && latestRun?.remote?.state === 'running',
      )
    await until('two nodes compute', async () => (await running()).length > 1, 150_000)
    const [preempted, lost] = await running()
    const nodeOf = (record: ExperimentRecord | undefined): string => record?.latestRun?.remote?.node ?? ''
    const urgent = ['--partition=urgent', `--nodelist=${nodeOf(preempted)}`, '--exclusive', '--output=/dev/null']
    await slurm.run('sbatch', ...urgent, '--wrap=sleep 1')
    const lostNode = nodeOf(lost)
    if (lostNode !== 'n1' && lostNode !== 'n2' && lostNode !== 'n3') throw new Error(`no node: ${lostNode}`)
    await slurm.kill(lostNode)
    await studio.close()
    await sleep(3000)
    slurm.startService(lostNode)
    studio = await open()
    studio.queue.startDispatching()
    await until(
      'all are completed',
      async () => {
        // Slurm lets a requeued job wait two minutes; somebody who looks at it need not.
        for (const job of (await slurm.run('squeue', '-h', '-r', '-t', 'PD', '-o', '%i')).split('\n')) {
          if (job !== '') await slurm.run('scontrol', 'update', `JobId=${job}`, 'StartTime=now').catch(() => '')
        }
        const now = await statuses()
        if (now.includes('failed') || now.includes('paused')) throw new Error(now.join(', '))
        return now.every((status) => status === 'completed')
      },
      240_000,
    )

    const done = await Promise.all(ids.map(experiment))
    expect(done.map(({ latestRun }) => latestRun?.attempt)).toEqual(ids.map(() => 1))
    const steps = Array.from({ length: STEPS }, (_none, index) => index + 1)
    for (const { latestRun } of done) {
      const points = await call(studio, 'runs.metrics', {
        id: latestRun?.id ?? '',
        afterStep: -1,
      })
      const told = points.filter(({ name }) => name === 'loss.total').map(({ step }) => step)
      expect(told).toEqual([...new Set(told)])
      expect(told.at(-1)).toBe(steps.at(-1))
    }
    // What was disturbed, and one that was not, once more here with as many threads.
    for (const { config: own, id } of [
      done.find(({ id: one }) => one === preempted?.id),
      done.find(({ id: one }) => one === lost?.id),
      done.at(-1),
    ].flatMap((one) => one ?? [])) {
      const here = await call(studio, 'experiments.create', {
        ...{
          config: own,
          networkId: network?.id ?? '',
          datasetId: dataset?.id ?? '',
          enqueue: true,
        },
      })
      await until('it is completed here', async () => (await experiment(here.id)).status === 'completed')
      expect(await digestOf(await experiment(here.id))).toBe(await digestOf(await experiment(id)))
    }
  }, 420_000)
})
