import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import type { Clock } from '#main/basics/clock.ts'
import { networkPath } from '#main/store/layout.ts'
import { Store } from '#main/store/store.ts'
import { Studio } from '#main/studio.ts'
import { sizeBreakdown } from '#shared/methods/nern/accounting.ts'
import { baselinePresets } from '#shared/methods/direct/presets.ts'
import type { ExperimentConfig } from '#shared/experiment/experiment-config.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import type { CompressResult } from '#shared/protocol/records.ts'
import { defaultExecutor } from '#shared/protocol/trainer-protocol.ts'
import { FakeHosts } from '#test/support/fake-host.ts'
import { datasetRecord, networkRecord } from '#test/support/records.ts'

/** Every experiment a second after the one before; timers never run out. */
class TickingClock implements Clock {
  #now = Date.parse('2030-01-01T00:00:00.000Z')

  now(): number {
    return (this.#now += 1000)
  }

  after(): () => void {
    return () => {}
  }
}

export interface FilledStudio {
  readonly studio: Studio
  /** Runs on the only device, so that everything queued waits for it. */
  readonly runningId: string
}

/**
 * A studio with `count` experiments: half of them queued, one running, the others completed, with the results of a
 * ResNet-20's layers, a note and two tags.
 */
export async function filledStudio(folder: string, count: number): Promise<FilledStudio> {
  const clock = new TickingClock()
  const store = await Store.open({ folder, program: 'bench', clock })
  const weights = new TextEncoder().encode('weights')
  const network = networkRecord({ sha256: createHash('sha256').update(weights).digest('hex') })
  mkdirSync(dirname(networkPath(store.layout, network.sha256)), { recursive: true })
  writeFileSync(networkPath(store.layout, network.sha256), weights)
  store.networks.insert(network, [])
  store.datasets.insert(datasetRecord())
  store.transaction(() => {
    for (let index = 0; index < count; index++) addExperiment(store, index)
  })
  await store.close()
  const studio = await Studio.open({
    storeFolder: folder,
    program: 'bench',
    version: '0.0.0',
    createHost: new FakeHosts().create,
    resourcesFolder: 'resources',
    clock,
    log: () => {},
  })
  const [runningId = ''] = studio.queue.state().waiting
  studio.queue.startDispatching()
  return { studio, runningId }
}

function addExperiment({ experiments, runs }: Store, index: number): void {
  const { id } = experiments.insert({
    name: `ResNet-20 h${100 + (index % 150)} ${index}`,
    config: configAt(index),
    networkId: 'net-1',
    datasetId: 'data-1',
  })
  experiments.update(id, { tags: ['sweep', `group ${index % 40}`], notes: 'Why this one was made. '.repeat(10) })
  experiments.transition(id, 'enqueue')
  if (index % 2 === 0) return
  experiments.transition(id, 'dispatch')
  const run = runs.start(id, defaultExecutor)
  runs.report(run.id, { device: 'onnxruntime cpu, 2 threads', phase: 'packaging', step: 10_300, totalSteps: 10_300 })
  runs.end(run.id, 'completed', { result: resultAt(index) })
  experiments.transition(id, 'complete')
}

function configAt(index: number): ExperimentConfig {
  const preset = baselinePresets[index % baselinePresets.length]
  if (index % 7 === 0 && preset !== undefined) return preset.config
  return { ...fastConfig, seed: index, predictor: { ...fastConfig.predictor, hiddenSize: 100 + (index % 150) } }
}

function resultAt(index: number): CompressResult {
  const layers = Array.from({ length: 19 }, (_, layer) => ({
    name: `layer${layer}.conv.weight`,
    shape: [16, 16, 3, 3] as const,
  }))
  const right = 9000 + (index % 170)
  return {
    kind: 'compress',
    accuracies: (['validation', 'test'] as const).map((split) => ({
      split,
      original: { correct: 9173, total: 10_000 },
      reconstructed: { correct: right, total: 10_000 },
    })),
    sizes: sizeBreakdown({ representedLayers: layers, remainder: [] }, fastConfig),
    layers: layers.map((layer, at) => ({ ...layer, relativeError: 0.123_456_789 + at / 97 + index * 1e-6 })),
    relativeError: 0.2 + index * 1e-6,
    seconds: {
      permutation: 3,
      reconstruction: 200,
      distillation: 60,
      quantisation: 0,
      evaluation: 4,
      total: index % 400,
    },
  }
}
