import type { CommandName, CommandOutputs } from '#shared/protocol/contract.ts'
import type { QueueState } from '#shared/protocol/commands/queue.ts'
import { AppException } from '#shared/basics/result.ts'

type InventedBatches = {
  readonly [N in Extract<CommandName, `batches.${string}`>]: (input: unknown) => Promise<CommandOutputs[N]>
}

/** A studio without batches: their screens are looked at on real ones. */
export function inventedBatches(queue: () => QueueState): InventedBatches {
  const none = async (): Promise<never> => {
    throw new AppException({ code: 'not-found', message: 'There is no such batch.' })
  }
  return {
    'batches.list': async () => [],
    'batches.get': none,
    'batches.time-left': async () => ({ seconds: 0, likeOthers: 0, unknown: 0 }),
    'batches.plan': async () => ({ runs: 1, duplicates: 0, firstName: 'Invented' }),
    'batches.create': none,
    'batches.rename': none,
    'batches.remove': none,
    'batches.pause': async () => queue(),
    'batches.resume': async () => queue(),
    'batches.cancel': async () => queue(),
    'batches.retry': async () => queue(),
  }
}
