import type { CommandHandlers } from '#shared/protocol/contract.ts'
import type { QueueForecast } from '../queue/queue-times.ts'
import type { Queue } from '../queue/queue.ts'

type QueueHandlers = Pick<
  CommandHandlers,
  | 'queue.list'
  | 'queue.enqueue'
  | 'queue.pause'
  | 'queue.resume'
  | 'queue.cancel'
  | 'queue.retry'
  | 'queue.move'
  | 'queue.clear'
  | 'queue.restore'
  | 'queue.times'
  | 'queue.set-active'
>

export function queueHandlers(queue: Queue, forecast: QueueForecast): QueueHandlers {
  const apply = (action: Parameters<Queue['apply']>[1]) => {
    return async ({ ids }: { readonly ids: readonly string[] }) => {
      queue.apply(ids, action)
      return queue.state()
    }
  }
  return {
    'queue.list': async () => queue.state(),
    'queue.enqueue': apply('enqueue'),
    'queue.pause': apply('pause'),
    'queue.resume': apply('resume'),
    'queue.cancel': apply('cancel'),
    'queue.retry': apply('retry'),
    async 'queue.move'({ id, position }) {
      queue.move(id, position)
      return queue.state()
    },
    async 'queue.clear'() {
      return { ids: queue.clear(), state: queue.state() }
    },
    async 'queue.restore'({ ids }) {
      queue.restore(ids)
      return queue.state()
    },
    'queue.times': ({ first }) => forecast.times(first),
    async 'queue.set-active'({ isActive }) {
      queue.setActive(isActive)
      return queue.state()
    },
  }
}
