import { formatFacts } from '#shared/plain-text/table.ts'
import { call } from '../call.ts'
import type { Command } from '../command.ts'

const upgrade: Command = {
  name: 'store upgrade',
  usage: '',
  summary:
    'Bring a store of an earlier studio up to date, after a backup, or put the newest good backup in place of a damaged one. So does a window, or any command that writes.',
  positionals: [],
  options: {},
  // Opening a store as its owner does it.
  run: ({ output, withStudio }) =>
    withStudio(async (studio) => {
      const { storePath } = await call(studio, 'studio.info', {})
      const { schemaVersion } = studio
      output.result(
        { store: storePath, schemaVersion },
        formatFacts([
          ['store', storePath],
          ['version', String(schemaVersion)],
        ]),
      )
      return 0
    }),
}

export const storeCommands: readonly Command[] = [upgrade]
