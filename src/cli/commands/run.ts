import { runToEnd, showResult, runsByItself } from '../await-experiment.ts'
import { defineCommand, type Command } from '../command.ts'
import { compressOptions, compressRequest, compressUsage, createCompression } from '../experiment-options.ts'

const run = defineCommand({
  name: 'run',
  usage: compressUsage,
  summary: 'Compress a network now and print the result.',
  details:
    'Ctrl-C pauses the run with a checkpoint and prints how to resume it. Presets named spectral... and entropy-qat code the kernels as pictures are coded, those named baseline-... store them by other methods than a predictor (see studio help baseline).',
  positionals: [],
  options: compressOptions,
  run(invocation) {
    // Wrong options are told before a store is opened.
    const request = compressRequest(invocation.options)
    return invocation.withStudio(runsByItself('studio queue add'), async (studio) => {
      const { id } = await createCompression(invocation, studio, request)
      showResult(invocation, await runToEnd(invocation, studio, id))
      return 0
    })
  },
})

export const runCommands: readonly Command[] = [run]
