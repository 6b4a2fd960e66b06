/** Runs of the real trainer on a real Slurm end as they would have here; what they need travels once. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type { SubmitProgress } from '#main/cluster/remote-cluster.ts'
import { follow } from './followed.ts'
import { Harness, packageDigest } from './harness.ts'
import { whyNoSlurm } from './slurm.ts'
import { runHere } from './small-jobs.ts'

// They end what hangs; beside much other work a run takes minutes.
vi.setConfig({ testTimeout: 480_000, hookTimeout: 300_000 })

const skipped = whyNoSlurm()

describe.skipIf(skipped !== undefined)(`runs on a Slurm cluster${skipped === undefined ? '' : ` (${skipped})`}`, () => {
  let harness: Harness
  beforeAll(async () => {
    harness = await Harness.start()
  })
  afterAll(() => harness.stop())

  test('end with the package of a run here, and travel once', async () => {
    const { jobs, cluster, config } = harness
    const first: SubmitProgress[] = []
    const batch = { id: 'sub-quick', runs: { 'run-a': jobs.quick, 'run-b': jobs.quick } }
    const runs = await harness.submit({ ...batch, onProgress: (progress) => first.push(progress) })
    expect(first.filter(({ phase }) => phase === 'uploading').at(-1)?.total).toBeGreaterThan(1e6)
    await follow(cluster, runs, () => runs.every(({ isOver }) => isOver))
    const here = packageDigest((await runHere(jobs.quick, 1)).result)
    expect(await Promise.all(runs.map((run) => harness.packageOf(run)))).toEqual([here, here])

    // A reply that was lost: the file says it, or else the name of the job.
    const second: SubmitProgress[] = []
    const again = await harness.submit({ ...batch, onProgress: (progress) => second.push(progress) })
    expect(second.filter(({ phase }) => phase === 'uploading')).toEqual([])
    rmSync(join(config.folder, 'batches', 'sub-quick', 'submitted.json'))
    const third = await harness.submit(batch)
    expect(new Set([...runs, ...again, ...third].map(({ ref }) => ref.arrayJobId)).size).toBe(1)
  })
})
