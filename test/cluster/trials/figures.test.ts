/** The figures of docs/performance.md, on a cluster of this machine: they are printed, and held to their limits. */
import { appendFileSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { packValue } from '#shared/cluster/packed.ts'
import { follow, Followed } from '../followed.ts'
import { Harness } from '../harness.ts'
import { whyNoSlurm } from '../slurm.ts'

// They end what hangs; beside much other work a run takes minutes.
vi.setConfig({ testTimeout: 480_000, hookTimeout: 300_000 })

const skipped = whyNoSlurm()
const RUNS = 100
const EVENT_BYTES = 10 * 2 ** 20

describe.skipIf(skipped !== undefined)(
  `figures of a Slurm cluster${skipped === undefined ? '' : ` (${skipped})`}`,
  () => {
    let harness: Harness
    beforeAll(async () => {
      harness = await Harness.start()
    })
    afterAll(() => harness.stop())
    const say = (what: string, figure: string): void => void process.stdout.write(`figure: ${what}: ${figure}\n`)

    test('a second submit of the same inputs sends less than 100 KB', async () => {
      const sent: number[] = []
      for (const id of ['first', 'second']) {
        let total = 0
        const startedAt = performance.now()
        await harness.submit({
          id,
          runs: { [`run-${id}`]: harness.jobs.quick },
          resources: { extraOptions: ['--hold'] },
          onProgress: (progress) => (total = progress.phase === 'uploading' ? progress.total : total),
        })
        sent.push(total)
        say(`${id} submit`, `${total} B uploaded, ${((performance.now() - startedAt) / 1000).toFixed(1)} s`)
      }
      expect(sent[1]).toBeLessThan(100_000)
    })

    test(`a poll of ${RUNS} runs takes less than 2 s`, async () => {
      const runs = Object.fromEntries(
        Array.from({ length: RUNS }, (_, index) => [`run-many-${index}`, harness.jobs.quick]),
      )
      const followed = await harness.submit({ id: 'many', runs, resources: { extraOptions: ['--hold'] } })
      await follow(harness.cluster, followed, () => true)
      const took: number[] = []
      for (let trial = 0; trial < 5; trial++) {
        const startedAt = performance.now()
        await follow(harness.cluster, followed, () => true)
        took.push(performance.now() - startedAt)
      }
      took.sort((a, b) => a - b)
      say(`poll of ${RUNS} runs, median of 5`, `${((took[2] ?? 0) / 1000).toFixed(2)} s`)
      expect(followed.every(({ state }) => state.kind === 'waiting')).toBe(true)
      expect(took[2]).toBeLessThan(2000)
    })

    test('10 MB of events are caught up in less than 30 s', async () => {
      const [run] = await harness.submit({
        id: 'events',
        runs: { 'run-events': harness.jobs.quick },
        resources: { extraOptions: ['--hold'] },
      })
      if (run === undefined) throw new Error('no run')
      const folder = harness.runFolder(run)
      mkdirSync(join(folder, 'attempts'), { recursive: true })
      writeFileSync(join(folder, 'attempts', '1'), '{}')
      const path = join(folder, 'events-1.jsonl')
      writeFileSync(path, '')
      let bytes = 0
      let lines = ''
      for (let step = 0; bytes < EVENT_BYTES; step++) {
        const points = Array.from({ length: 20 }, (_, at) => ({
          name: 'loss.total',
          step: step * 20 + at,
          elapsedMs: step,
          value: Math.sin(step + at),
        }))
        const packed = packValue({ type: 'metrics', step: step * 20 + 19, stepsPerSecond: 1, points }).value
        const line = `${JSON.stringify({ type: 'message', at: 1, packed })}\n`
        bytes += line.length
        lines += line
      }
      appendFileSync(path, lines)
      const fresh = new Followed({ ...run.ref, attempt: 0, offset: 0 })
      const startedAt = performance.now()
      await follow(harness.cluster, [fresh], () => fresh.ref.offset === bytes)
      const seconds = (performance.now() - startedAt) / 1000
      say('10 MB of events', `${seconds.toFixed(1)} s`)
      expect(seconds).toBeLessThan(30)
    })
  },
)
