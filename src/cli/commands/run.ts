import { runToEnd, showResult } from '../await-experiment.ts'
import type { Command } from '../command.ts'
import { compressOptions, compressRequest, compressUsage, createCompression } from '../experiment-options.ts'

const run: Command = {
  name: 'run',
  usage: compressUsage,
  summary:
    'Compress a network now and print what it achieved; a preset may be a baseline. Ctrl-C pauses with a checkpoint.',
  positionals: [],
  options: compressOptions,
  run(invocation) {
    // Wrong options are told before a store is opened.
    const request = compressRequest(invocation)
    return invocation.withStudio(async (studio) => {
      const { id } = await createCompression(invocation, studio, request)
      showResult(invocation, await runToEnd(invocation, studio, id))
      return 0
    })
  },
}

export const runCommands: readonly Command[] = [run]
