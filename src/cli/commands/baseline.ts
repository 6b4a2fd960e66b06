import { formatComparison } from '#shared/plain-text/comparison-table.ts'
import { baselinePresets, standardBaselineIds, type BaselinePreset } from '#shared/methods/direct/presets.ts'
import { runToEnd, showResult, runsByItself } from '../await-experiment.ts'
import type { ChangingStudio } from '#main/studio.ts'
import type { ExperimentRecord } from '#shared/protocol/records.ts'
import { call } from '../call.ts'
import { defineCommand, type Command } from '../command.ts'
import { createExperiment, settingOptions, withSettings } from '../experiment-options.ts'
import { findChoice } from '../find-record.ts'
import { needed, onRequest, text } from '../option.ts'
import { UsageError } from '../usage-error.ts'

const prefix = 'baseline-'
const methods = baselinePresets.map((preset) => ({ id: preset.id.slice(prefix.length), preset }))
const standardIds = standardBaselineIds.map((id) => id.slice(prefix.length))

const baseline = defineCommand({
  name: 'baseline',
  summary: 'Compress a network by other methods, to compare with.',
  details:
    'Quantisation, weight sharing, pruning and low rank, with every byte counted as in a compression by a predictor. Several methods are run one after another and compared at the end.',
  positionals: [],
  options: {
    network: needed(text('NETWORK', 'Network to compress.')),
    dataset: needed(text('DATASET', 'Data set to distil on and to measure accuracy with.')),
    method: needed(
      text(
        'METHOD,...',
        `Methods between commas: ${methods.map(({ id }) => id).join(', ')}; or standard for ${standardIds.join(', ')}.`,
      ),
    ),
    ...settingOptions,
    queue: onRequest('Put the experiments into the queue without starting them.'),
  },
  run(invocation) {
    const { options, output } = invocation
    const { network, dataset } = options
    const configs = presetsOf(options.method).map(({ config }) => withSettings(config, options))
    if (configs.length > 1 && options.name !== undefined) {
      throw new UsageError('--name names one experiment; leave it out for several methods.')
    }
    const create = async (studio: ChangingStudio): Promise<readonly ExperimentRecord[]> => {
      const created = []
      for (const config of configs)
        created.push(await createExperiment(invocation, studio, { network, dataset }, config))
      return created
    }
    if (options.queue) {
      return invocation.withChanging(async (studio) => {
        const created = await create(studio)
        output.result(created, created.map(({ name, id }) => `${name} (${id}) is queued.`).join('\n'))
        return 0
      })
    }
    return invocation.withStudio(runsByItself('with --queue'), async (studio) => {
      const created = await create(studio)
      const ended = []
      for (const { id } of created) ended.push(await runToEnd(invocation, studio, id))
      const [only, ...others] = ended
      if (only !== undefined && others.length === 0) {
        showResult(invocation, only)
        return 0
      }
      const comparison = await call(studio, 'experiments.compare', { ids: ended.map(({ id }) => id), split: 'test' })
      output.result(ended, formatComparison(comparison))
      return 0
    })
  },
})

export const baselineCommands: readonly Command[] = [baseline]

/** Throws `UsageError` for a method that there is not. */
function presetsOf(text: string): readonly BaselinePreset[] {
  if (text === 'standard') return baselinePresets.filter(({ id }) => standardBaselineIds.includes(id))
  return text.split(',').map((method) => findChoice('method', method.trim(), methods).preset)
}
