import type { CommandHandlers } from '#shared/protocol/contract.ts'
import type { StudioContext } from '../context/studio-context.ts'

export function viewHandlers({
  store,
  events,
}: StudioContext): Pick<CommandHandlers, 'views.list' | 'views.save' | 'views.remove'> {
  const announce = () => events.emit('views-changed', store.views.list())
  return {
    'views.list': async () => store.views.list(),
    async 'views.save'(input) {
      const saved = store.views.save(input)
      announce()
      return saved
    },
    async 'views.remove'({ id }) {
      store.views.remove(id)
      announce()
      return undefined
    },
  }
}
