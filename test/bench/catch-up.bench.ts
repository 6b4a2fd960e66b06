/**
 * npm run bench -- catch-up
 *
 * Seconds in which a studio takes in what ten runs on a cluster told while it was closed, more than 10 MB, and how long its event
 * loop, which answers windows, stood still meanwhile: by the clock, and in processor time, which other programs do not change.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Studio } from '#main/studio.ts'
import { unwrap } from '#shared/basics/result.ts'
import { defaultResources } from '#shared/cluster/cluster-config.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import type { FromTrainer } from '#shared/protocol/trainer-protocol.ts'
import { LocalCluster } from '#test/support/local-cluster.ts'
import { fillStore, realStudioOptions } from '#test/support/real-trainer.ts'
import { TurnMeter } from '#test/support/turn-meter.ts'

const RUNS = 10
const STEPS = 4000
const STEPS_A_MESSAGE = 20
const names = ['loss.total', 'loss.reconstruction', 'learning-rate', 'relative-error'] as const
const never = 1e9
const config = { ...fastConfig, distillation: { ...fastConfig.distillation, steps: 0 } }

const folder = mkdtempSync(join(tmpdir(), 'nern-catch-up-'))
try {
  await fillStore(folder)
  const options = realStudioOptions(folder)
  const cluster = new LocalCluster(options.createHost)
  cluster.holds = true
  const studio = await Studio.open({
    ...options,
    openCluster: () => cluster,
    clusterWaits: { watchedMs: never, unwatchedMs: never, firstRetryMs: never },
  })
  unwrap(await studio.invoke('clusters.save', { ...defaultResources, name: 'uni', host: 'login', folder: '~/nern' }))
  const [network] = unwrap(await studio.invoke('networks.list', {}))
  const [dataset] = unwrap(await studio.invoke('datasets.list', {}))
  unwrap(
    await studio.invoke('batches.create', {
      sweep: {
        ...{ config, networkIds: [network?.id ?? ''], datasetId: dataset?.id ?? '', presetIds: [] },
        plan: { kind: 'grid', vary: [] },
        seeds: Array.from({ length: RUNS }, (_none, seed) => seed),
      },
      ...{ place: 'uni', enqueue: true },
    }),
  )
  unwrap(await studio.invoke('clusters.pull', { name: 'uni' }))
  let bytes = 0
  for (const run of cluster.runs.values()) {
    for (let step = 1; step < STEPS; step += STEPS_A_MESSAGE) {
      const message = metricsFrom(step)
      bytes += JSON.stringify(message).length
      run.tell(message)
    }
  }
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const turns = new TurnMeter()
  const beganAt = performance.now()
  unwrap(await studio.invoke('clusters.pull', { name: 'uni' }))
  const seconds = (performance.now() - beganAt) / 1000
  const longestTurn = turns.stop()
  delay.disable()
  const milliseconds = (nanoseconds: number): string => `${(nanoseconds / 1e6).toFixed(0)} ms`
  process.stdout.write(
    `${(bytes / 1e6).toFixed(1)} MB of ${RUNS} runs in ${seconds.toFixed(1)} s; the event loop stood still for ` +
      `${milliseconds(delay.percentile(99))} (99 %), at most ${milliseconds(delay.max)}; ` +
      `the longest turn took ${longestTurn.toFixed(0)} ms of processor time\n`,
  )
  await studio.close()
} finally {
  rmSync(folder, { recursive: true, force: true })
}

function metricsFrom(first: number): FromTrainer {
  const steps = Array.from({ length: STEPS_A_MESSAGE }, (_none, index) => first + index)
  return {
    type: 'metrics',
    step: first + STEPS_A_MESSAGE - 1,
    stepsPerSecond: 100,
    points: steps.flatMap((step) =>
      names.map((name) => ({ name, step, elapsedMs: step * 10.5, value: Math.sin(step + name.length) })),
    ),
  }
}
