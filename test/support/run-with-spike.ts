/** A run as long as runs get, with one point unlike all others: whoever thins points must not lose it. */
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import type { Store } from '#main/store/store.ts'

export const spikeOfLongRun = { step: 654_321, value: 77 }
export const pointsOfLongRun = 1_000_000

/** Adds a run that is under way; all its values are 1 but one. */
export function addRunWithSpike(store: Store): { readonly experimentId: string; readonly runId: string } {
  const { id } = store.experiments.insert({ name: 'long', config: fastConfig, networkId: 'net-1', datasetId: 'data-1' })
  store.experiments.transition(id, 'enqueue')
  store.experiments.transition(id, 'dispatch')
  const run = store.runs.start(id, { executor: 'onnxruntime', provider: 'cpu', threads: 1 })
  const batch = 100_000
  for (let start = 0; start < pointsOfLongRun; start += batch) {
    const points = Array.from({ length: batch }, (_, index) => {
      const step = start + index + 1
      const value = step === spikeOfLongRun.step ? spikeOfLongRun.value : 1
      return { name: 'loss.total', step, elapsedMs: 20 * step, value }
    })
    store.metrics.add(run.id, points)
  }
  return { experimentId: id, runId: run.id }
}
