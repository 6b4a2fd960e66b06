import type { CommandHandlers } from '#shared/protocol/contract.ts'
import { kernelHistory } from '../kernels/kernel-history.ts'
import type { RunCurves } from '#shared/measures/run-curves.ts'
import type { Queue } from '../queue/queue.ts'
import type { Store } from '../store/store.ts'

type RunHandlers = Pick<
  CommandHandlers,
  | 'runs.get'
  | 'runs.list'
  | 'runs.metrics'
  | 'runs.curves'
  | 'runs.preview'
  | 'runs.kernels'
  | 'runs.log'
  | 'runs.checkpoints'
  | 'runs.save-checkpoint'
>

export function runHandlers(store: Store, queue: Queue): RunHandlers {
  const { runs, metrics, timelines, checkpoints } = store
  return {
    'runs.get': async ({ id }) => runs.get(id),
    'runs.list': async ({ experimentId }) => runs.list(experimentId),
    'runs.metrics': async ({ id, afterStep, maxPoints }) => metrics.list(id, afterStep, maxPoints),
    async 'runs.curves'({ ids, ...selection }) {
      const found: RunCurves[] = []
      for (const id of ids) {
        found.push({ runId: id, timeline: timelines.of(id), curves: await metrics.curves(id, selection) })
      }
      return found
    },
    'runs.preview': async ({ id }) => runs.previews(id),
    'runs.kernels': ({ id, layer }) => kernelHistory(store, id, layer),
    'runs.log': async ({ id }) => runs.logLines(id),
    'runs.checkpoints': async ({ id }) => checkpoints.list(id),
    async 'runs.save-checkpoint'({ id }) {
      queue.saveCheckpoint(runs.get(id))
      return undefined
    },
  }
}
