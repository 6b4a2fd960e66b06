/** Runs of the real trainer on a real Slurm, disturbed as clusters disturb them: they end as they would have here. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '#main/basics/clock.ts'
import { openCluster } from '#main/cluster/open-cluster.ts'
import type { RemoteCluster, SubmitProgress } from '#main/cluster/remote-cluster.ts'
import { runtimeFiles } from '#main/cluster/runtime.ts'
import { defaultResources, resourcesOf, type ClusterConfig } from '#shared/cluster/cluster-config.ts'
import type { JobResult, TimedJob } from '#shared/protocol/trainer-protocol.ts'
import { programsFolder } from '#test/support/programs.ts'
import { follow, Followed } from './followed.ts'
import { runHere, smallJobs, type SmallJobs } from './small-jobs.ts'
import { Slurm, until, whyNoSlurm } from './slurm.ts'

const skipped = whyNoSlurm()
const root = join(import.meta.dirname, '../..')

describe.skipIf(skipped !== undefined)(`runs on a Slurm cluster${skipped === undefined ? '' : ` (${skipped})`}`, () => {
  let slurm: Slurm
  let cluster: RemoteCluster
  let config: ClusterConfig
  let jobs: SmallJobs

  beforeAll(async () => {
    slurm = await Slurm.start()
    config = {
      name: 'test',
      host: 'cluster',
      folder: join(slurm.shared, 'the "studio"'),
      ...defaultResources,
      cpus: 1,
      memoryMib: 1500,
    }
    cluster = openCluster(config, {
      studio: 'store-1',
      cacheFolder: join(root, '.cache', 'cluster'),
      runtime: runtimeFiles(programsFolder, join(root, 'node_modules')),
      clock: systemClock,
      log: () => undefined,
      sshConfigPath: slurm.sshConfigPath,
    })
    jobs = await smallJobs(join(slurm.shared, '..', 'store'))
  })
  afterAll(async () => {
    await cluster.close()
    await slurm.stop()
  })

  async function submit(
    submission: string,
    runs: Readonly<Record<string, TimedJob>>,
    extraOptions: readonly string[] = [],
    sent: SubmitProgress[] = [],
  ): Promise<Followed[]> {
    const batch = {
      submission,
      name: 'A batch',
      resources: { ...resourcesOf(config), extraOptions: [...extraOptions] },
      runs: Object.entries(runs).map(([runId, job]) => ({
        runId,
        job,
        executor: { executor: 'onnxruntime', provider: 'cpu', threads: 0 } as const,
      })),
    }
    const { arrayJobId, tasks } = await cluster.submit(batch, (progress) => sent.push(progress))
    return [...tasks].map(
      ([runId, task]) => new Followed({ runId, task, arrayJobId, submission, attempt: 0, offset: 0 }),
    )
  }

  async function packageOf(run: Followed): Promise<string> {
    if (run.state.kind !== 'completed') throw new Error(`${run.runId} is ${JSON.stringify(run.state)}`)
    const message = await cluster.read(run.runId, run.state.result)
    if (message.type !== 'result') throw new Error('no result')
    return digestOf(message.result)
  }

  test('end with the package of a run here, and travel once', async () => {
    const sent: SubmitProgress[] = []
    const runs = await submit('sub-quick', { 'run-a': jobs.quick, 'run-b': jobs.quick }, [], sent)
    expect(sent.filter(({ phase }) => phase === 'uploading').at(-1)?.total).toBeGreaterThan(1e6)
    await follow(cluster, runs, () => runs.every(({ isOver }) => isOver))
    const here = digestOf((await runHere(jobs.quick, 1)).result)
    expect(await Promise.all(runs.map(packageOf))).toEqual([here, here])

    // A reply that was lost: the file says it, then the name of the job, then the claim of each run.
    const sentAgain: SubmitProgress[] = []
    const again = await submit('sub-quick', { 'run-a': jobs.quick, 'run-b': jobs.quick }, [], sentAgain)
    expect(sentAgain.filter(({ phase }) => phase === 'uploading')).toEqual([])
    rmSync(join(config.folder, 'batches', 'sub-quick', 'submitted.json'))
    const third = await submit('sub-quick', { 'run-a': jobs.quick, 'run-b': jobs.quick })
    expect(new Set([...runs, ...again, ...third].map(({ ref }) => ref.arrayJobId)).size).toBe(1)
  })

  test('go on elsewhere after a preemption and after a lost node, and no result is mixed', async () => {
    const runs = await submit('sub-long', { 'run-preempted': jobs.long, 'run-lost': jobs.long }, ['--exclusive'])
    const [preempted, lost] = runs
    if (preempted === undefined || lost === undefined) throw new Error('two runs')
    await follow(cluster, runs, () => runs.every(({ step }) => step >= 40))
    const nodeOf = (run: Followed): string => (run.state.kind === 'running' ? (run.state.node ?? '') : '')
    const lostNode = nodeOf(lost)
    // The same array once more, as if nobody had looked for it: its tasks find that the runs are taken.
    const batch = join(config.folder, 'batches', 'sub-long')
    const runtime = onlyIn(join(config.folder, 'runtimes'))
    const program = join(onlyIn(join(runtime, 'programs')), 'runner.js')
    const options = [
      '--job-name=nern-sub-long',
      '--array=0-1',
      `--chdir=${batch}`,
      '--output=/dev/null',
      '--export=NIL',
    ]
    const words = [join(batch, 'job.sh'), config.folder, join(runtime, 'node'), program, 'sub-long', '']
    const twin = (await slurm.run('sbatch', '--parsable', '--mem=1500M', ...options, ...words)).trim()
    await until('the twin has given up', async () => {
      const states = await slurm.run('squeue', '-h', '-r', '-t', 'all', '-j', twin, '-o', '%T')
      return states
        .trim()
        .split('\n')
        .every((state) => state === 'FAILED')
    })

    await cluster.checkpoint(lost.ref)
    await follow(cluster, runs, () => lost.attached.some(({ of }) => of === 'checkpoint'))
    // kill -9 of the node's daemon: Slurm takes the node for lost, the trainer there goes on.
    if (lostNode !== 'n1' && lostNode !== 'n2' && lostNode !== 'n3') throw new Error(`no node: ${lostNode}`)
    await slurm.kill(lostNode)
    // It goes on only when its successor has begun: a slow network, as it were.
    const orphan = processOf(['run', config.folder, 'sub-long', String(lost.ref.task)])
    process.kill(orphan, 'SIGSTOP')
    const urgent = await slurm.run(
      'sbatch',
      '--parsable',
      '--partition=urgent',
      `--nodelist=${nodeOf(preempted)}`,
      '--exclusive',
      '--output=/dev/null',
      '--wrap=sleep 3',
    )
    expect(urgent).toMatch(/^\d+/)
    await until('the node is lost', async () =>
      (await slurm.run('sinfo', '-h', '-n', lostNode, '-o', '%T')).startsWith('down'),
    )
    await follow(cluster, runs, () => lost.attempts.length > 1)
    process.kill(orphan, 'SIGCONT')
    await until('the orphan has ended', () => !existsSync(`/proc/${orphan}`))
    slurm.startService(lostNode)
    await follow(cluster, runs, () => runs.every(({ isOver }) => isOver))

    const here = await runHere(jobs.long, 1)
    expect(await Promise.all(runs.map(packageOf))).toEqual([digestOf(here.result), digestOf(here.result)])
    for (const run of runs) {
      expect(run.attempts.length, run.runId).toBeGreaterThan(1)
      expect(run.evaluatedSteps, run.runId).toEqual(here.evaluatedSteps)
      expect(run.kinds.has('failed'), run.runId).toBe(false)
    }
  })
})

/** The process that was started with these last words. */
function processOf(words: readonly string[]): number {
  const found = readdirSync('/proc').filter((name) => {
    try {
      return readFileSync(`/proc/${name}/cmdline`, 'utf8').endsWith(`runner.js\0${words.join('\0')}\0`)
    } catch {
      return false // It ended meanwhile, or is no process.
    }
  })
  return Number(found[0])
}

function onlyIn(folder: string): string {
  const [name = ''] = readdirSync(folder).filter((entry) => !entry.startsWith('.'))
  return join(folder, name)
}

function digestOf(result: JobResult): string {
  const bytes = 'package' in result ? result.package : new Uint8Array()
  return createHash('sha256').update(bytes).digest('hex')
}
