/** A cluster, a studio's hand on it, and small jobs: what every test of runs on a cluster begins with. */
import { createHash } from 'node:crypto'
import { mkdirSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { systemClock } from '#main/basics/clock.ts'
import { openCluster } from '#main/cluster/open-cluster.ts'
import type { RemoteCluster, SubmitProgress } from '#main/cluster/remote-cluster.ts'
import { runtimeFiles } from '#main/cluster/runtime.ts'
import { defaultResources, resourcesOf, type ClusterConfig, type Resources } from '#shared/cluster/cluster-config.ts'
import type { JobResult, TimedJob } from '#shared/protocol/trainer-protocol.ts'
import { programsFolder } from '#test/support/programs.ts'
import { Followed } from './followed.ts'
import { smallJobs, type SmallJobs } from './small-jobs.ts'
import { Slurm, type SlurmOptions } from './slurm.ts'

const checkout = join(import.meta.dirname, '../..')

interface Submission {
  readonly id: string
  readonly runs: Readonly<Record<string, TimedJob>>
  readonly resources?: Partial<Resources>
  readonly onProgress?: (progress: SubmitProgress) => void
}

export class Harness {
  readonly slurm: Slurm
  readonly jobs: SmallJobs
  readonly config: ClusterConfig
  readonly cluster: RemoteCluster

  private constructor(slurm: Slurm, jobs: SmallJobs) {
    this.slurm = slurm
    this.jobs = jobs
    this.config = {
      name: 'test',
      host: 'cluster',
      folder: join(slurm.shared, 'the "studio"'),
      ...defaultResources,
      cpus: 1,
      memoryMib: 1500,
    }
    this.cluster = this.open(this.config)
  }

  static async start(options?: SlurmOptions): Promise<Harness> {
    const slurm = await Slurm.start(options)
    return new Harness(slurm, await smallJobs(join(slurm.shared, 'store')))
  }

  /** As another studio, or this one after a restart, would. */
  open(config: ClusterConfig, studio = 'store-1'): RemoteCluster {
    return openCluster(config, {
      studio,
      cacheFolder: join(checkout, '.cache', 'cluster'),
      runtime: runtimeFiles(programsFolder, join(checkout, 'node_modules')),
      clock: systemClock,
      log: () => undefined,
      sshConfigPath: this.slurm.sshConfigPath,
    })
  }

  async submit({ id, runs, resources = {}, onProgress = () => undefined }: Submission): Promise<Followed[]> {
    const batch = {
      submission: id,
      name: 'A batch',
      resources: { ...resourcesOf(this.config), ...resources },
      runs: Object.entries(runs).map(([runId, job]) => ({
        runId,
        job,
        executor: { executor: 'onnxruntime', provider: 'cpu', threads: 0 } as const,
      })),
    }
    const { arrayJobId, tasks } = await this.cluster.submit(batch, onProgress)
    return [...tasks].map(
      ([runId, task]) => new Followed({ runId, task, arrayJobId, submission: id, attempt: 0, offset: 0 }),
    )
  }

  /** Of the package that a completed run brought back. */
  async packageOf(run: Followed): Promise<string> {
    if (run.state.kind !== 'completed') throw new Error(`${run.runId} is ${JSON.stringify(run.state)}`)
    const message = await this.cluster.read(run.runId, run.state.result)
    if (message.type !== 'result') throw new Error('no result')
    return packageDigest(message.result)
  }

  /** The program there and Node, as a job gets them. */
  program(): { readonly node: string; readonly runner: string } {
    const runtime = onlyIn(join(this.config.folder, 'runtimes'))
    return { node: join(runtime, 'node'), runner: join(onlyIn(join(runtime, 'programs')), 'runner.js') }
  }

  /** Of a run, on the cluster. */
  runFolder(run: Followed): string {
    const folder = join(this.config.folder, 'runs', run.runId)
    mkdirSync(folder, { recursive: true })
    return folder
  }

  async stop(): Promise<void> {
    await this.cluster.close()
    await this.slurm.stop()
  }
}

export function packageDigest(result: JobResult): string {
  const bytes = 'package' in result ? result.package : new Uint8Array()
  return createHash('sha256').update(bytes).digest('hex')
}

function onlyIn(folder: string): string {
  const [name = ''] = readdirSync(folder).filter((entry) => !entry.startsWith('.'))
  return join(folder, name)
}
