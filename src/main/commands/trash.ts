import { rm } from 'node:fs/promises'
import type { CommandHandlers } from '#shared/protocol/contract.ts'
import { AppException } from '#shared/basics/result.ts'
import type { StudioContext } from '../context/studio-context.ts'
import type { Queue } from '../queue/queue.ts'
import { removeUnusedForkFiles } from './forks.ts'
import { runPath } from '../store/layout.ts'

type TrashHandlers = Pick<
  CommandHandlers,
  'experiments.trash' | 'experiments.restore' | 'experiments.delete-forever' | 'experiments.empty-trash'
>

/** Removing experiments in two steps: the first can be undone, the second is only for what is in the trash. */
export function trashHandlers(context: StudioContext, queue: Queue): TrashHandlers {
  const { store, events } = context
  const announceTrash = () => events.emit('trash-changed', { count: store.experiments.trashedIds().length })
  return {
    async 'experiments.trash'({ ids }) {
      const running = ids.map((id) => store.experiments.summary(id)).find(({ status }) => status === 'running')
      if (running !== undefined) {
        throw new AppException({
          code: 'conflict',
          message: `${running.name} is running. Nothing was moved to the trash.`,
          remedy: 'Cancel it first.',
        })
      }
      store.experiments.trash(ids)
      events.emit('experiments-removed', { ids })
      announceTrash()
      queue.announce([])
      return undefined
    },

    async 'experiments.restore'({ ids }) {
      store.experiments.restore(ids)
      announceTrash()
      queue.announce(ids)
      // What waited when it was removed waits again.
      queue.dispatch()
      return undefined
    },

    async 'experiments.delete-forever'({ ids }) {
      const kept = ids.map((id) => store.experiments.summary(id)).find(({ trashedAt }) => trashedAt === undefined)
      if (kept !== undefined) {
        throw new AppException({
          code: 'conflict',
          message: `${kept.name} is not in the trash. Nothing was deleted.`,
          remedy: 'Move it to the trash first.',
        })
      }
      await deleteForever(context, ids)
      announceTrash()
      return undefined
    },

    async 'experiments.empty-trash'() {
      const ids = store.experiments.trashedIds()
      await deleteForever(context, ids)
      announceTrash()
      return { count: ids.length }
    },
  }
}

/** Rows before their files: a crash may leave a file that nobody knows, never a row without its file. */
async function deleteForever({ store }: StudioContext, ids: readonly string[]): Promise<void> {
  const runIds = ids.flatMap((id) => store.runs.ids(id))
  const forkedFiles = ids.flatMap((id) => store.forks.of(id)?.sha256 ?? [])
  store.experiments.remove(ids)
  for (const id of runIds) await rm(runPath(store.layout, id), { recursive: true, force: true })
  await removeUnusedForkFiles(store, forkedFiles)
}
