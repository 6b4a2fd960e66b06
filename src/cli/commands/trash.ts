import { formatAmount } from '#shared/basics/format.ts'
import { call } from '../call.ts'
import { defineCommand, type Command } from '../command.ts'
import { findExperiments } from '../find-record.ts'

const which = [{ name: 'EXPERIMENT...', about: 'One or more experiments, by name or id; all are moved, or none.' }]

const remove = defineCommand({
  name: 'experiments remove',
  summary: 'Move experiments to the trash.',
  details: 'They leave lists and queue and keep everything they hold. A running one is cancelled first.',
  positionals: which,
  options: {},
  run: ({ positionals, output, withChanging }) =>
    withChanging(async (studio) => {
      const ids = await findExperiments(studio, positionals)
      await call(studio, 'experiments.trash', { ids })
      output.result({ ids }, `${formatAmount(ids.length, 'experiment')} moved to the trash.`)
      return 0
    }),
})

const emptyTrash = defineCommand({
  name: 'experiments empty-trash',
  summary: 'Delete for good what is in the trash, with all its files.',
  details: 'Nothing else deletes it, and nothing brings it back.',
  positionals: [],
  options: {},
  run: ({ output, withChanging }) =>
    withChanging(async (studio) => {
      const { count } = await call(studio, 'experiments.empty-trash', {})
      output.result({ count }, `${formatAmount(count, 'experiment')} deleted for good.`)
      return 0
    }),
})

export const trashCommands: readonly Command[] = [
  remove,
  bringBack('restore', 'Bring experiments back from the trash, as they were.', { isTrashed: true }),
  bringBack('unarchive', 'Bring experiments back from the archive.', { isArchived: true }),
  emptyTrash,
]

function bringBack(word: string, summary: string, where: Parameters<typeof findExperiments>[2]): Command {
  return defineCommand({
    name: `experiments ${word}`,
    summary,
    positionals: which,
    options: {},
    run: ({ positionals, output, withChanging }) =>
      withChanging(async (studio) => {
        const ids = await findExperiments(studio, positionals, where)
        await call(studio, 'experiments.restore', { ids })
        output.result({ ids }, `${formatAmount(ids.length, 'experiment')} restored.`)
        return 0
      }),
  })
}
