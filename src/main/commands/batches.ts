import type { CommandHandlers } from '#shared/protocol/contract.ts'
import { Batches, type BatchParts } from '../batches/batches.ts'
import type { StudioContext } from '../context/studio-context.ts'

type BatchHandlers = Pick<CommandHandlers, Extract<keyof CommandHandlers, `batches.${string}`>>

export function batchHandlers(context: StudioContext, parts: BatchParts): BatchHandlers {
  const batches = new Batches(context, parts)
  const { queue } = parts
  return {
    'batches.list': async () => context.store.batches.list(),
    'batches.get': async ({ id }) => batches.detail(id),
    'batches.time-left': async ({ id }) => batches.timeLeft(id),
    'batches.plan': async ({ sweep }) => batches.plan(sweep),
    'batches.create': async (input) => batches.create(input),
    'batches.rename': async ({ id, name }) => batches.rename(id, name),
    'batches.remove': async ({ id }) => ({ experiments: await batches.remove(id) }),
    async 'batches.pause'({ id }) {
      batches.act(id, 'pause', ['running', 'queued'])
      return queue.state()
    },
    async 'batches.resume'({ id }) {
      batches.resume(id)
      return queue.state()
    },
    async 'batches.cancel'({ id }) {
      batches.act(id, 'cancel', ['running', 'queued', 'paused', 'draft'])
      return queue.state()
    },
    async 'batches.retry'({ id, statuses }) {
      batches.act(id, 'retry', statuses)
      return queue.state()
    },
  }
}
