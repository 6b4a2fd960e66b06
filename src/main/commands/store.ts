import type { CommandHandlers } from '#shared/protocol/contract.ts'
import type { StoreCareOutputs } from '#shared/protocol/commands/store-care.ts'
import type { StudioContext } from '../context/studio-context.ts'
import type { TaskReport, Tasks } from '../context/tasks.ts'
import { cancelledTask } from '../trainer-host/single-job.ts'
import { pathOfToken } from './library.ts'

interface StoreParts {
  readonly tasks: Tasks
  /** The path behind a token. */
  readonly resolveFile: (token: string) => string | undefined
}

export function storeHandlers(
  { store, events }: StudioContext,
  { tasks, resolveFile }: StoreParts,
): Pick<CommandHandlers, keyof StoreCareOutputs> {
  const { care } = store
  return {
    'store.usage': () => care.usage(),
    'store.check': ({ taskId, files }) => tasks.run(taskId, (report) => care.check(files, progressOf(report))),
    'store.orphans': () => care.orphans(),
    'store.sweep': async () => ({ removed: await care.sweep() }),
    'store.checkpoints': async ({ kept }) => care.checkpointDisk(kept),
    'store.back-up': () => care.backUp(),
    'store.vacuum': async () => ({ freedBytes: care.vacuum() }),
    'store.export': ({ taskId, folder }) => tasks.run(taskId, () => care.exportTo(pathOfToken(resolveFile, folder))),
    'store.import': ({ taskId, folder }) =>
      tasks.run(taskId, async () => {
        const came = await care.importFrom(pathOfToken(resolveFile, folder))
        store.experiments.refresh()
        events.emit('library-changed', { networks: store.networks.list(), datasets: store.datasets.list() })
        events.emit('batches-changed', { batches: store.batches.list() })
        for (const summary of store.experiments.list().items) events.emit('experiment-changed', summary)
        return came
      }),
  }
}

/** Tells how far it is, and ends it when it is cancelled. */
function progressOf(report: TaskReport): (what: string, done: number, total: number) => void {
  let isCancelled = false
  report.onCancel(() => {
    isCancelled = true
  })
  return (what, done, total) => {
    if (isCancelled) throw cancelledTask()
    report.progress(what, done, total)
  }
}
