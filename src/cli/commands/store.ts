import { formatFacts } from '#shared/plain-text/table.ts'
import { call } from '../call.ts'
import { defineCommand, type Command } from '../command.ts'

const upgrade = defineCommand({
  name: 'store upgrade',
  summary: 'Bring the store up to date, or repair a damaged one.',
  details:
    'A store written by an earlier studio is backed up, then converted; a damaged one is replaced by its newest good backup. Windows and all commands that write do the same when they open a store; this command does nothing else.',
  positionals: [],
  options: {},
  // Opening a store as its owner does it.
  run: ({ output, withStudio }) =>
    withStudio('Whoever has the store open has upgraded it already.', async (studio) => {
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
})

export const storeCommands: readonly Command[] = [upgrade]
