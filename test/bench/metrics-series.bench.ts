/**
 * npm run bench -- metrics-series [--points 1000000] [--rounds 3]
 *
 * How long the main process takes to answer `runs.metrics` of a long run, and how long it lets nobody else run meanwhile:
 * a timer of 1 ms measures the longest wait between two of its turns. Half of the points are of one metric, the rest of
 * nine. Then the same for every point (the command line's CSV), and how long a window's answer takes to be serialised.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { parseArgs } from 'node:util'
import { serialize } from 'node:v8'
import { Store } from '#main/store/store.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import { metricsOfKind } from '#shared/measures/metrics.ts'
import type { MetricPoint } from '#shared/protocol/records.ts'
import { FakeClock } from '#test/support/fake-clock.ts'
import { datasetRecord, networkRecord } from '#test/support/records.ts'
import { processorAndSystem } from './steps/machine.ts'
import { digits, markdownTable } from './steps/report.ts'

const { values: options } = parseArgs({
  options: { points: { type: 'string', default: '1000000' }, rounds: { type: 'string', default: '3' } },
})
const points = Number(options.points)
const rounds = Number(options.rounds)
/** What a window asks for. */
const windowPoints = 2000

const folder = mkdtempSync(path.join(os.tmpdir(), 'metrics-series-'))
const store = await Store.open({ folder, program: 'bench', clock: new FakeClock() })
try {
  console.log(`${processorAndSystem()}; load ${os.loadavg()[0]?.toFixed(2)}.\n`)
  const runId = filledRun()
  const rows: (readonly string[])[] = []
  for (const maxPoints of [windowPoints, undefined]) {
    for (let round = 0; round < rounds; round++) rows.push(await measured(runId, maxPoints))
  }
  console.log(markdownTable(['asked for', 'points', 's', 'longest block, ms', 'serialised, ms'], rows))
} finally {
  await store.close()
  rmSync(folder, { recursive: true })
}

function filledRun(): string {
  store.networks.insert(networkRecord(), [])
  store.datasets.insert(datasetRecord())
  const { id: experimentId } = store.experiments.insert({
    name: 'long',
    config: fastConfig,
    networkId: 'net-1',
    datasetId: 'data-1',
  })
  const { id } = store.runs.start(experimentId, { executor: 'onnxruntime', provider: 'cpu', threads: 1 })
  const [longest, ...others] = metricsOfKind('compress')
  if (longest === undefined) throw new Error('a compression emits no metric')
  addSeries(id, longest, points / 2)
  for (const name of others) addSeries(id, name, Math.floor(points / 2 / others.length))
  return id
}

function addSeries(runId: string, name: string, count: number): void {
  const batch = 50_000
  for (let start = 0; start < count; start += batch) {
    const size = Math.min(batch, count - start)
    const batchPoints = Array.from({ length: size }, (_, index): MetricPoint => {
      const step = start + index
      return { name, step, elapsedMs: 20 * step, value: 1 + 0.1 * Math.sin(step) }
    })
    store.metrics.add(runId, batchPoints)
  }
}

async function measured(runId: string, maxPoints: number | undefined): Promise<readonly string[]> {
  let longestMs = 0
  let lastMs = performance.now()
  const tick = (): void => {
    const now = performance.now()
    longestMs = Math.max(longestMs, now - lastMs)
    lastMs = now
  }
  const timer = setInterval(tick, 1)
  const startedAt = performance.now()
  const answer = await store.metrics.list(runId, -1, maxPoints)
  tick()
  clearInterval(timer)
  const seconds = (performance.now() - startedAt) / 1000
  const serialisedAt = performance.now()
  serialize(answer)
  const serialisedMs = performance.now() - serialisedAt
  return [
    maxPoints === undefined ? 'every point' : `${maxPoints} a metric`,
    answer.length.toLocaleString('en'),
    digits(seconds),
    digits(longestMs),
    digits(serialisedMs),
  ]
}
