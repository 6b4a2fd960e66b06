import { copyFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { commitRename } from '#main/files/atomic-write.ts'
import { trainDefaults } from '#shared/training/defaults.ts'
import { isTrained } from '#shared/protocol/records.ts'
import { runToEnd, showResult, runsByItself } from '../await-experiment.ts'
import { call } from '../call.ts'
import { defineCommand, type Command } from '../command.ts'
import { executorOf, settingOptions, withSettings } from '../experiment-options.ts'
import { findDataset, findNetwork } from '../find-record.ts'
import { needed, text } from '../option.ts'
import { UsageError } from '../usage-error.ts'

const train = defineCommand({
  name: 'train',
  usage: '--arch ARCHITECTURE | --from NETWORK --dataset DATASET [options]',
  summary: 'Train a network and add it to the library.',
  details:
    'Training starts from random weights (--arch) or from those of a network of the library (--from). Ctrl-C pauses it with a checkpoint and prints how to resume it.',
  positionals: [],
  options: {
    arch: text('ARCHITECTURE', 'Architecture of the network, such as resnet20-cifar-b.'),
    from: text('NETWORK', 'Network to start from.'),
    dataset: needed(text('DATASET', 'Data set to train on.')),
    ...settingOptions,
    out: text('FILE', 'Also write the trained weights to this safetensors file.'),
  },
  run(invocation) {
    const { options, output } = invocation
    const { arch, from, name, out } = options
    return invocation.withStudio(runsByItself('New experiment in its window'), async (studio) => {
      const start = from === undefined ? undefined : await findNetwork(studio, from)
      const architecture = arch ?? start?.architecture
      if (architecture === undefined) throw new UsageError('--arch or --from is needed.')
      const config = withSettings({ ...trainDefaults, architecture }, options)
      const dataset = await findDataset(studio, options.dataset)
      const { id } = await call(studio, 'experiments.create', {
        config,
        datasetId: dataset.id,
        ...(start === undefined ? {} : { networkId: start.id }),
        enqueue: true,
        ...(await executorOf(invocation, studio)),
        ...(name === undefined ? {} : { name }),
      })
      const experiment = await runToEnd(invocation, studio, id)
      const result = experiment.latestRun?.result
      if (out !== undefined && isTrained(result)) {
        await copyFile(studio.networkFile(result.networkId), `${resolve(out)}.part`)
        await commitRename(`${resolve(out)}.part`, resolve(out))
        output.say(`Written: ${out}`)
      }
      showResult(invocation, experiment)
      return 0
    })
  },
})

export const trainCommands: readonly Command[] = [train]
