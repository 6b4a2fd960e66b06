import { copyFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { commitRename } from '#main/files/atomic-write.ts'
import { trainDefaults } from '#shared/experiment/presets.ts'
import { isTrained } from '#shared/protocol/records.ts'
import { runToEnd, showResult } from '../await-experiment.ts'
import { call } from '../call.ts'
import type { Command } from '../command.ts'
import { executorOf, seedSetting } from '../experiment-options.ts'
import { findDataset, findNetwork } from '../find-record.ts'
import { applySettings } from '../set-option.ts'

const train: Command = {
  name: 'train',
  usage: '--arch A|--from NETWORK --dataset D [--name N] [--seed S] [--set PATH=VALUE ...] [--out FILE]',
  summary:
    'Train an original network, from random weights or on from a network of the library, and keep it there; FILE gets its safetensors. Ctrl-C pauses.',
  positionals: [],
  options: {
    arch: { type: 'string' },
    from: { type: 'string' },
    dataset: { type: 'string' },
    name: { type: 'string' },
    seed: { type: 'string' },
    set: { type: 'string', multiple: true },
    out: { type: 'string' },
  },
  run(invocation) {
    const { options, output } = invocation
    const from = options.text('from')
    const datasetKey = options.neededText('dataset')
    const settings = [...seedSetting(options.text('seed')), ...options.list('set')]
    return invocation.withStudio(async (studio) => {
      const start = from === undefined ? undefined : await findNetwork(studio, from)
      const architecture = options.text('arch') ?? start?.architecture ?? options.neededText('arch')
      const config = applySettings({ ...trainDefaults, architecture }, settings)
      const dataset = await findDataset(studio, datasetKey)
      const name = options.text('name')
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
      const file = options.text('out')
      if (file !== undefined && isTrained(result)) {
        await copyFile(studio.networkFile(result.networkId), `${resolve(file)}.part`)
        await commitRename(`${resolve(file)}.part`, resolve(file))
        output.say(`Written: ${file}`)
      }
      showResult(invocation, experiment)
      return 0
    })
  },
}

export const trainCommands: readonly Command[] = [train]
