/** Slurm ends a job in each of its phases: what it has is kept within 5 s, and what it comes to is the same. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import type { TimedJob } from '#shared/protocol/trainer-protocol.ts'
import { busyness } from '#test/support/busyness.ts'
import { follow, type Followed } from '../followed.ts'
import { Harness, packageDigest } from '../harness.ts'
import { until, whyNoSlurm } from '../slurm.ts'
import { runHere } from '../small-jobs.ts'

// They end what hangs; beside much other work a run takes minutes.
vi.setConfig({ testTimeout: 600_000, hookTimeout: 300_000 })

const skipped = whyNoSlurm()

/**
 * In the order of a run. SIGTERM comes at a preemption, USR1 before the time limit, after which the job goes on by itself; a phase
 * that is done again keeps nothing new, so that there a job would not be put into the queue again.
 */
const phases = [
  { begins: 'permutation', signal: 'TERM' },
  { begins: 'reconstruction', signal: 'USR1' },
  { begins: 'distillation', signal: 'TERM' },
  { begins: 'quantisation', signal: 'USR1' },
  { begins: 'writing the package', signal: 'TERM' },
  { begins: 'evaluation of the original network on validation', signal: 'TERM' },
  { begins: 'evaluation of the reconstructed network on validation', signal: 'TERM' },
] as const

describe.skipIf(skipped !== undefined)(
  `pauses on a Slurm cluster${skipped === undefined ? '' : ` (${skipped})`}`,
  () => {
    let harness: Harness
    beforeAll(async () => {
      harness = await Harness.start()
    })
    afterAll(() => harness.stop())

    test('take 5 s at most in every phase, and change no result', async () => {
      const job = withEveryPhase(harness.jobs.long)
      const submit = async (count: number): Promise<Followed> => {
        const [run] = await harness.submit({ id: `sub-phases-${count}`, runs: { 'run-phases': job } })
        if (run === undefined) throw new Error('no run')
        return run
      }
      let submissions = 1
      let run = await submit(submissions)
      const folder = harness.runFolder(run)
      const took: string[] = []
      let longest = 0
      for (const { begins, signal } of phases) {
        let attempt = 0
        await until(
          `it is in ${begins}`,
          async () => {
            attempt = newestAttempt(folder)
            if (existsSync(join(folder, 'result.json'))) return true
            if (phaseIn(join(folder, `events-${attempt}.jsonl`)).startsWith(begins)) return true
            // A job that went back into the queue need not wait there.
            if (existsSync(join(folder, `ended-${attempt}.json`))) await harness.cluster.poll([run.ref])
            return false
          },
          300_000,
        )
        const askedAt = performance.now()
        const told = ['--batch', `--signal=${signal}`, `${run.ref.arrayJobId}_0`]
        // One that has ended meanwhile hears nothing.
        await harness.slurm.run('scancel', ...told).catch(() => '')
        const result = join(folder, 'result.json')
        await until('it has ended', () => existsSync(join(folder, `ended-${attempt}.json`)) || existsSync(result))
        // The last phases are over in a moment where nothing else runs: then the signal comes too late for them.
        if (existsSync(result)) break
        const seconds = (performance.now() - askedAt) / 1000
        longest = Math.max(longest, seconds)
        took.push(`${begins} ${seconds.toFixed(1)} s`)
        if (signal === 'USR1') continue
        await follow(harness.cluster, [run], () => run.isOver)
        expect(run.state.kind, begins).toBe('paused')
        run = await submit(++submissions)
      }
      await follow(harness.cluster, [run], () => run.isOver)
      const load = busyness()
      process.stdout.write(`figure: ${took.join(', ')} (${load.toFixed(1)} programs want a processor)\n`)
      expect(took.length).toBeGreaterThan(3)
      expect(longest).toBeLessThan(5 * load)
      expect(await harness.packageOf(run)).toBe(packageDigest((await runHere(job, 1)).result))
    })
  },
)

function withEveryPhase(job: TimedJob): TimedJob {
  const sampling = { method: 'uniform', kernels: 256 } as const
  return {
    ...job,
    config: {
      ...fastConfig,
      predictor: { ...fastConfig.predictor, hiddenSize: 24 },
      permutation: { ...fastConfig.permutation, mode: 'in-filter' },
      reconstruction: { ...fastConfig.reconstruction, steps: 40, sampling },
      distillation: { ...fastConfig.distillation, steps: 8, dataBatch: 4, sampling, rampSteps: 2 },
      quantisation: { ...fastConfig.quantisation, steps: 6 },
      storage: { ...fastConfig.storage, predictor: 'int6' },
      evaluation: { everySteps: 4, images: 32, keep: 'best-validation' },
    },
  } as TimedJob
}

function newestAttempt(folder: string): number {
  return Math.max(0, ...readdirSync(folder).flatMap((name) => Number(/^events-(\d+)\.jsonl$/.exec(name)?.[1] ?? 0)))
}

/** The phase that was told last. */
function phaseIn(path: string): string {
  if (!existsSync(path)) return ''
  const told = [...readFileSync(path, 'utf8').matchAll(/"type":"phase","phase":"([^"]*)"/g)]
  return told.at(-1)?.[1] ?? ''
}
