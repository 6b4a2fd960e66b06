/** What else happens to runs on clusters; longer than `npm test` may take (`npm run test:cluster`). */
import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { TimedJob } from '#shared/protocol/trainer-protocol.ts'
import { Random } from '#shared/basics/random.ts'
import { follow, Followed } from '../followed.ts'
import { Harness, packageDigest } from '../harness.ts'
import { until, whyNoSlurm } from '../slurm.ts'
import { runHere } from '../small-jobs.ts'

// They end what hangs; beside much other work a run takes minutes.
vi.setConfig({ testTimeout: 480_000, hookTimeout: 300_000 })

const skipped = whyNoSlurm()
const MIN_JOB_AGE = 20

describe.skipIf(skipped !== undefined)(
  `trials on a Slurm cluster${skipped === undefined ? '' : ` (${skipped})`}`,
  () => {
    let harness: Harness
    let expected: string
    beforeAll(async () => {
      harness = await Harness.start({ minJobAge: MIN_JOB_AGE })
      expected = packageDigest((await runHere(harness.jobs.long, 1)).result)
    })
    afterAll(() => harness.stop())

    async function one(id: string, changes: Parameters<Harness['submit']>[0]['resources'] = {}): Promise<Followed> {
      const [run] = await harness.submit({ id, runs: { [`run-${id}`]: harness.jobs.long }, resources: changes })
      if (run === undefined) throw new Error('no run')
      return run
    }
    const ends = (run: Followed): Promise<void> => follow(harness.cluster, [run], () => run.isOver)
    const makesSteps = (run: Followed): Promise<void> => follow(harness.cluster, [run], () => run.step >= 40)

    test('a pause keeps a checkpoint within 5 s, and what is submitted next goes on from it', async () => {
      const run = await one('pause')
      await makesSteps(run)
      const askedAt = performance.now()
      await harness.cluster.stop([run.ref], 'pause')
      const folder = harness.runFolder(run)
      await until('the attempt has ended', () => readdirSync(folder).includes('ended-1.json'))
      expect((performance.now() - askedAt) / 1000).toBeLessThan(6)
      await ends(run)
      expect(run.state).toEqual({ kind: 'paused' })
      const [resumed] = await harness.submit({ id: 'pause-2', runs: { [run.runId]: harness.jobs.long } })
      if (resumed === undefined) throw new Error('no run')
      await ends(resumed)
      expect(resumed.attempts.at(-1)?.fromStep).toBeGreaterThanOrEqual(40)
      expect(await harness.packageOf(resumed)).toBe(expected)
    })

    test('a cancelled run is cancelled, one that waits is never started, and one cancelled by others is paused', async () => {
      const waiting = await one('waiting', { extraOptions: ['--begin=now+1hour'] })
      const running = await one('running')
      const other = await one('other')
      await follow(harness.cluster, [running, other, waiting], () => [running, other].every(({ step }) => step > 0))
      expect(waiting.state.kind).toBe('waiting')
      await harness.cluster.stop([waiting.ref, running.ref], 'cancel')
      await harness.slurm.run('scancel', `${other.ref.arrayJobId}_0`)
      await follow(harness.cluster, [waiting, running, other], () =>
        [waiting, running, other].every(({ isOver }) => isOver),
      )
      expect([waiting.state.kind, running.state.kind]).toEqual(['cancelled', 'cancelled'])
      expect(other.state).toMatchObject({ kind: 'paused', notice: expect.stringContaining('on the cluster') })
      expect(waiting.attempts).toEqual([])
    })

    test('a time limit puts the job back into the queue with a checkpoint', async () => {
      const [run] = await harness.submit({
        id: 'limit',
        runs: { 'run-limit': longer(harness.jobs.long) },
        resources: { timeLimitMinutes: 1 },
      })
      if (run === undefined) throw new Error('no run')
      await follow(harness.cluster, [run], () => run.attempts.length > 1 || run.isOver)
      expect(run.attempts.at(-1)).toMatchObject({ attempt: 2 })
      expect(run.attempts.at(-1)?.fromStep).toBeGreaterThan(0)
      await harness.cluster.stop([run.ref], 'cancel')
      await ends(run)
      expect(run.state.kind).toBe('cancelled')
    })

    test('too little memory is said as such', async () => {
      const run = await one('memory', { memoryMib: 256 })
      await ends(run)
      expect(run.state).toMatchObject({ kind: 'failed', error: { code: 'out-of-memory' } })
    })

    test('a time beyond the limit of the partition will never start, and is said so', async () => {
      const run = await one('never', { timeLimitMinutes: 600 })
      await follow(harness.cluster, [run], () => run.state.kind === 'waiting' && run.state.never !== undefined)
      await harness.cluster.stop([run.ref], 'cancel')
      await ends(run)
      expect(run.state.kind).toBe('cancelled')
    })

    test('a cluster that is gone for a minute changes nothing, and all is caught up after', async () => {
      const run = await one('offline')
      await makesSteps(run)
      await harness.slurm.stopService('login')
      await harness.cluster.close()
      await expect(harness.cluster.poll([run.ref])).rejects.toMatchObject({ code: expect.stringContaining('cluster-') })
      await sleep(60_000)
      harness.slurm.startService('login')
      await until('the cluster is reached', () =>
        harness.cluster.poll([run.ref]).then(
          () => true,
          () => false,
        ),
      )
      await ends(run)
      expect(await harness.packageOf(run)).toBe(expected)
    })

    test('slurmctld that is down is no news, and a job that Slurm has forgotten is known by its files', async () => {
      const run = await one('forgotten')
      await makesSteps(run)
      await harness.slurm.kill('controller')
      const kinds = new Set<string>()
      await follow(harness.cluster, [run], () => {
        kinds.add(run.state.kind)
        return kinds.has('unknown') || run.isOver
      })
      expect([...kinds].filter((kind) => !['running', 'unknown', 'completed'].includes(kind))).toEqual([])
      harness.slurm.startService('controller')
      await ends(run)
      // A controller that was killed may put the job into the queue again; polls see to it that it does not wait there.
      await until(
        'the job is forgotten',
        async () => {
          await harness.cluster.poll([run.ref]).catch(() => undefined)
          const known = await harness.slurm.run('squeue', '-h', '-t', 'all', '-n', 'nern-forgotten').catch(() => 'x')
          return known.trim() === ''
        },
        240_000,
      )
      const asked = new Followed({ ...run.ref, attempt: 0, offset: 0 })
      await ends(asked)
      expect(await harness.packageOf(asked)).toBe(expected)
    })

    test('a full disk there pauses the run and says why; whole lines are all that is left', async () => {
      const run = await one('full')
      await follow(harness.cluster, [run], () => run.attempts.length > 0)
      const folder = harness.runFolder(run)
      const small = join(harness.slurm.shared, 'small')
      mkdirSync(small, { recursive: true })
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', small])
      try {
        // The files of the run move to a disk that its next checkpoint fills.
        mkdirSync(join(small, 'files'))
        renameSync(join(folder, 'files'), join(folder, 'files-before'))
        symlinkSync(join(small, 'files'), join(folder, 'files'))
        writeFileSync(join(small, 'filler'), new Uint8Array(250_000))
        await harness.cluster.checkpoint(run.ref)
        await ends(run)
        // What was being written while its folder moved is found not to be there.
        const notice = expect.stringMatching(/no space left|not what was written/)
        expect(run.state).toMatchObject({ kind: 'paused', notice })
        rmSync(join(folder, 'files'))
        renameSync(join(folder, 'files-before'), join(folder, 'files'))
      } finally {
        execFileSync('umount', [small])
      }
      const [resumed] = await harness.submit({ id: 'full-2', runs: { [run.runId]: harness.jobs.long } })
      if (resumed === undefined) throw new Error('no run')
      await ends(resumed)
      expect(await harness.packageOf(resumed)).toBe(expected)
    })

    test('a folder that was purged is said as such, and everything is sent again', async () => {
      const run = await one('purged')
      await makesSteps(run)
      rmSync(harness.config.folder, { recursive: true, force: true })
      await harness.slurm.run('scancel', String(run.ref.arrayJobId))
      await ends(run)
      expect(['failed', 'paused']).toContain(run.state.kind)
      const [again] = await harness.submit({ id: 'purged-2', runs: { [run.runId]: harness.jobs.long } })
      if (again === undefined) throw new Error('no run')
      await ends(again)
      expect(await harness.packageOf(again)).toBe(expected)
    })

    test('whatever stands in the files of a run, polling gives events or notes', async () => {
      const run = await one('hostile')
      await ends(run)
      const folder = harness.runFolder(run)
      const path = join(folder, 'events-1.jsonl')
      const honest = readFileSync(path)
      const random = Random.fromSeed(22)
      for (let trial = 0; trial < 30; trial++) {
        const bytes = Buffer.from(honest)
        for (let flip = 0; flip < 20; flip++) bytes[random.integer(bytes.byteLength)] = random.integer(256)
        writeFileSync(path, bytes)
        const fresh = new Followed({ ...run.ref, attempt: 0, offset: 0 })
        await follow(harness.cluster, [fresh], () => true)
        expect(fresh.state.kind).toBe('completed')
      }
      writeFileSync(path, honest)
      appendFileSync(path, `${'x'.repeat(3 * 2 ** 20)}\n${'['.repeat(100_000)}\n`)
      const fresh = new Followed({ ...run.ref, attempt: 0, offset: 0 })
      await follow(harness.cluster, [fresh], () => fresh.notes.some((text) => text.includes('could not be read')))
      const result = join(folder, 'result.json')
      const good = readFileSync(result, 'utf8')
      writeFileSync(result, good.replace(/"sha256":"./, '"sha256":"../../'))
      await follow(harness.cluster, [fresh], () => true)
      expect(fresh.state.kind).not.toBe('completed')
      writeFileSync(result, good)
    })

    test('a clean-up leaves what any studio wants', async () => {
      const kept = await one('kept')
      const gone = await one('gone')
      await follow(harness.cluster, [kept, gone], () => kept.isOver && gone.isOver)
      const preview = await harness.cluster.previewClean({ runIds: [kept.runId] })
      expect(preview.paths).toContain(`runs/${gone.runId}`)
      expect(preview.paths).not.toContain(`runs/${kept.runId}`)
      expect(preview.sizeBytes).toBeGreaterThan(0)
      const other = harness.open(harness.config, 'store-2')
      await other.previewClean({ runIds: [gone.runId] })
      await harness.cluster.clean(preview)
      expect(readdirSync(join(harness.config.folder, 'runs'))).toContain(gone.runId)
      await other.previewClean({ runIds: [] })
      await harness.cluster.clean(await harness.cluster.previewClean({ runIds: [kept.runId] }))
      expect(readdirSync(join(harness.config.folder, 'runs'))).toEqual([kept.runId])
      await other.close()
    })
  },
)

/** Steps for more than a minute. */
function longer(job: TimedJob): TimedJob {
  if (!('reconstruction' in job.config)) throw new Error('a job without steps')
  const { config } = job
  return { ...job, config: { ...config, reconstruction: { ...config.reconstruction, steps: 50_000 } } } as TimedJob
}
