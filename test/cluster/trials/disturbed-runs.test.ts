/** Runs of the real trainer on a real Slurm, disturbed as clusters disturb them: they end as they would have here. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { follow, type Followed } from '../followed.ts'
import { Harness, packageDigest } from '../harness.ts'
import { nodes, until, whyNoSlurm } from '../slurm.ts'
import { runHere } from '../small-jobs.ts'

// They end what hangs; beside much other work a run takes minutes.
vi.setConfig({ testTimeout: 480_000, hookTimeout: 300_000 })

const skipped = whyNoSlurm()

describe.skipIf(skipped !== undefined)(
  `disturbed runs on a Slurm cluster${skipped === undefined ? '' : ` (${skipped})`}`,
  () => {
    let harness: Harness
    beforeAll(async () => {
      harness = await Harness.start()
    })
    afterAll(() => harness.stop())

    test('go on elsewhere after a preemption and after a lost node, and no result is mixed', async () => {
      const { jobs, cluster, config, slurm } = harness
      const runs = await harness.submit({
        id: 'sub-long',
        runs: { 'run-preempted': jobs.longer, 'run-lost': jobs.longer },
        resources: { extraOptions: ['--exclusive'] },
      })
      const [preempted, lost] = runs
      if (preempted === undefined || lost === undefined) throw new Error('two runs')
      await follow(cluster, runs, () => runs.every(({ step }) => step >= 40))

      // The same array once more, as if nobody had looked for it: its tasks find that the runs are taken.
      const { node, runner } = harness.program()
      const script = join(config.folder, 'batches', 'sub-long', 'job.sh')
      const options = ['--job-name=nern-sub-long', '--array=0-1', '--mem=500M', '--output=/dev/null', '--export=NIL']
      const words = [script, config.folder, node, runner, 'sub-long', '']
      const twin = (await slurm.run('sbatch', '--parsable', ...options, ...words)).trim()
      await until('the twin has given up', async () => {
        const states = await slurm.run('squeue', '-h', '-r', '-t', 'all', '-j', twin, '-o', '%T')
        return states
          .trim()
          .split('\n')
          .every((state) => state === 'FAILED')
      })

      await cluster.checkpoint(lost.ref)
      await follow(cluster, runs, () => lost.attached.some(({ of }) => of === 'checkpoint'))
      // kill -9 of the daemon of its node: Slurm takes the node for lost; the trainer there goes on, late.
      const lostNode = nodeOf(lost)
      await slurm.kill(lostNode)
      const orphan = processOf(['run', config.folder, 'sub-long', String(lost.ref.task)])
      process.kill(orphan, 'SIGSTOP')
      const urgent = ['--partition=urgent', `--nodelist=${nodeOf(preempted)}`, '--exclusive', '--output=/dev/null']
      await slurm.run('sbatch', ...urgent, '--wrap=sleep 3')
      await follow(cluster, runs, () => lost.attempts.length > 1)
      process.kill(orphan, 'SIGCONT')
      await until('the orphan has ended', () => !existsSync(`/proc/${orphan}`))
      slurm.startService(lostNode)
      await follow(cluster, runs, () => runs.every(({ isOver }) => isOver))

      const here = await runHere(jobs.longer, 1)
      const expected = packageDigest(here.result)
      expect(await Promise.all(runs.map((run) => harness.packageOf(run)))).toEqual([expected, expected])
      for (const run of runs) {
        expect(run.attempts.length, run.runId).toBeGreaterThan(1)
        expect(run.evaluatedSteps, run.runId).toEqual(here.evaluatedSteps)
        expect(run.kinds.has('failed'), run.runId).toBe(false)
      }
    })
  },
)

function nodeOf({ runId, state }: Followed): (typeof nodes)[number] {
  const found = nodes.find((name) => state.kind === 'running' && state.node === name)
  if (found === undefined) throw new Error(`${runId} runs on no node: ${JSON.stringify(state)}`)
  return found
}

/** The process that was started with these last words. */
function processOf(words: readonly string[]): number {
  const found = readdirSync('/proc').find((name) => {
    try {
      return readFileSync(`/proc/${name}/cmdline`, 'utf8').endsWith(`runner.js\0${words.join('\0')}\0`)
    } catch {
      return false // It ended meanwhile, or is no process.
    }
  })
  return Number(found)
}
