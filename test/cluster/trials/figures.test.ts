/** The figures of docs/performance.md, on a cluster of this machine: they are printed, and held to their limits. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { Studio } from '#main/studio.ts'
import { packValue } from '#shared/cluster/packed.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import { busyness } from '#test/support/busyness.ts'
import { fillStore, realStudioOptions } from '#test/support/real-trainer.ts'
import { call } from '#test/support/studio.ts'
import { TurnMeter } from '#test/support/turn-meter.ts'
import { follow } from '../followed.ts'
import { Harness } from '../harness.ts'
import { whyNoSlurm } from '../slurm.ts'

// They end what hangs; beside much other work a run takes minutes.
vi.setConfig({ testTimeout: 480_000, hookTimeout: 300_000 })

const skipped = whyNoSlurm()
const RUNS = 100
const EVENT_BYTES = 10 * 2 ** 20
const withoutDistillation = { ...fastConfig, distillation: { ...fastConfig.distillation, steps: 0 } }

describe.skipIf(skipped !== undefined)(
  `figures of a Slurm cluster${skipped === undefined ? '' : ` (${skipped})`}`,
  () => {
    let harness: Harness
    beforeAll(async () => {
      harness = await Harness.start()
    })
    afterAll(() => harness.stop())
    const say = (what: string, figure: string): void => {
      process.stdout.write(`figure: ${what}: ${figure} (${busyness().toFixed(1)} programs want a processor)\n`)
    }

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
      expect(took[2]).toBeLessThan(2000 * busyness())
    })

    test('10 MB of events are caught up in less than 30 s, and no window waits', async () => {
      const storeFolder = join(harness.slurm.shared, 'store-of-studio')
      await fillStore(storeFolder)
      const never = 1e9
      const studio = await Studio.open({
        ...realStudioOptions(storeFolder),
        openCluster: (config, { studio: id }) => harness.open(config, id),
        clusterWaits: { watchedMs: never, unwatchedMs: never, firstRetryMs: never },
      })
      const { folder } = harness.config
      const cluster = { ...harness.config, name: 'uni', extraOptions: ['--hold'] }
      await call(studio, 'clusters.save', cluster)
      const [network] = await call(studio, 'networks.list', {})
      const [dataset] = await call(studio, 'datasets.list', {})
      const created = await call(studio, 'experiments.create', {
        ...{ config: withoutDistillation, networkId: network?.id ?? '', datasetId: dataset?.id ?? '' },
        ...{ place: 'uni', enqueue: true },
      })
      await call(studio, 'clusters.pull', { name: 'uni' })
      const { record } = await call(studio, 'experiments.get', { id: created.id })
      const runId = record.latestRun?.id ?? ''
      const { bytes, lastStep } = writeEvents(join(folder, 'runs', runId))
      const delay = monitorEventLoopDelay({ resolution: 1 })
      delay.enable()
      const turns = new TurnMeter()
      const startedAt = performance.now()
      const usedBefore = process.cpuUsage()
      await call(studio, 'clusters.pull', { name: 'uni' })
      const seconds = (performance.now() - startedAt) / 1000
      const used = process.cpuUsage(usedBefore)
      const processorSeconds = (used.user + used.system) / 1e6
      const longestTurn = turns.stop()
      delay.disable()
      const points = await call(studio, 'runs.metrics', { id: runId, afterStep: lastStep - 1 })
      await studio.close()
      say(
        `${(bytes / 1e6).toFixed(1)} MB of events`,
        `${seconds.toFixed(1)} s, ${processorSeconds.toFixed(1)} s of processor time; the longest turn of the event loop took ${longestTurn.toFixed(0)} ms of processor time, ` +
          `${(delay.percentile(99) / 1e6).toFixed(0)} ms by the clock at 99 %, ${(delay.max / 1e6).toFixed(0)} ms at most`,
      )
      expect(points.map(({ step }) => step)).toEqual([lastStep])
      expect(processorSeconds).toBeLessThan(30)
      expect(seconds).toBeLessThan(30 * busyness())
      expect(longestTurn).toBeLessThan(50 * busyness())
    })
  },
)

/** As a job that ran while the studio was closed. */
function writeEvents(folder: string): { readonly bytes: number; readonly lastStep: number } {
  mkdirSync(join(folder, 'attempts'), { recursive: true })
  writeFileSync(join(folder, 'attempts', '1'), '{}')
  let lines = ''
  let step = 0
  while (lines.length < EVENT_BYTES) {
    const points = Array.from({ length: 20 }, (_none, at) => ({
      name: 'loss.total',
      step: step + at + 1,
      elapsedMs: step,
      value: Math.sin(step + at),
    }))
    step += points.length
    const packed = packValue({ type: 'metrics', step, stepsPerSecond: 1, points }).value
    lines += `${JSON.stringify({ type: 'message', at: 1, packed })}\n`
  }
  writeFileSync(join(folder, 'events-1.jsonl'), lines)
  return { bytes: lines.length, lastStep: step }
}
