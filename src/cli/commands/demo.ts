import type { Studio } from '#main/studio.ts'
import { runToEnd, showResult, runsByItself } from '../await-experiment.ts'
import { call } from '../call.ts'
import { defineCommand, type Command, type Invocation } from '../command.ts'
import { compressConfigFrom, configOptions, createCompression } from '../experiment-options.ts'
import { runTask } from '../task.ts'

const demo = defineCommand({
  name: 'demo',
  summary: 'Compress the sample network on CIFAR-10, fetching the images if need be.',
  positionals: [],
  options: configOptions,
  run(invocation) {
    compressConfigFrom(invocation.options)
    return invocation.withStudio(runsByItself('Compress the sample network in its window'), async (studio) => {
      const dataset = await cifar10(invocation, studio)
      const network = await runTask(invocation, studio, (taskId) =>
        call(studio, 'networks.import', { taskId, file: 'sample' }),
      )
      const { id } = await createCompression(invocation, studio, {
        keys: { network: network.id, dataset: dataset.id },
      })
      showResult(invocation, await runToEnd(invocation, studio, id))
      return 0
    })
  },
})

export const demoCommands: readonly Command[] = [demo]

async function cifar10(invocation: Invocation, studio: Studio) {
  const known = (await call(studio, 'datasets.list', {})).find(({ kind }) => kind === 'cifar10')
  if (known !== undefined) return known
  invocation.output.say('Importing CIFAR-10 (once).')
  return runTask(invocation, studio, (taskId) => call(studio, 'datasets.import', { taskId, file: 'cifar10' }))
}
