import type { CommandHandlers } from '#shared/protocol/contract.ts'
import { kernelHistory } from '../kernels/kernel-history.ts'
import type { Queue } from '../queue/queue.ts'
import type { Store } from '../store/store.ts'

type RunHandlers = Pick<
  CommandHandlers,
  | 'runs.get'
  | 'runs.list'
  | 'runs.metrics'
  | 'runs.preview'
  | 'runs.kernels'
  | 'runs.log'
  | 'runs.checkpoints'
  | 'runs.save-checkpoint'
>

export function runHandlers(store: Store, queue: Queue): RunHandlers {
  const { runs, metrics, checkpoints } = store
  return {
    'runs.get': async ({ id }) => runs.get(id),
    'runs.list': async ({ experimentId }) => runs.list(experimentId),
    'runs.metrics': async ({ id, afterStep, maxPoints }) => metrics.list(id, afterStep, maxPoints),
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
