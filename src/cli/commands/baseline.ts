import { baselinePresets, standardBaselineIds, type BaselinePreset } from '#shared/methods/direct/baseline-presets.ts'
import { runToEnd, showResult } from '../await-experiment.ts'
import { call } from '../call.ts'
import { UsageError, type Command } from '../command.ts'
import { createExperiment, seedSetting } from '../experiment-options.ts'
import { findChoice } from '../find-record.ts'
import { applySettings } from '../set-option.ts'
import { formatComparison } from './experiments.ts'

const prefix = 'baseline-'
const methods = baselinePresets.map((preset) => ({ id: preset.id.slice(prefix.length), preset }))

const baseline: Command = {
  name: 'baseline',
  usage: '--network N --dataset D --method M[,M ...]|standard [--seed S] [--set PATH=VALUE ...] [--name X] [--queue]',
  summary: `What people would do instead of a predictor, in the same accounting; --queue leaves it waiting. Methods: ${methods.map(({ id }) => id).join(', ')}.`,
  positionals: [],
  options: {
    network: { type: 'string' },
    dataset: { type: 'string' },
    method: { type: 'string' },
    seed: { type: 'string' },
    set: { type: 'string', multiple: true },
    name: { type: 'string' },
    queue: { type: 'boolean' },
  },
  run(invocation) {
    const { options, output } = invocation
    const keys = { network: options.neededText('network'), dataset: options.neededText('dataset') }
    const settings = [...seedSetting(options.text('seed')), ...options.list('set')]
    const configs = presetsOf(options.neededText('method')).map(({ config }) => applySettings(config, settings))
    if (configs.length > 1 && options.text('name') !== undefined) {
      throw new UsageError('--name names one experiment; leave it out for several methods.')
    }
    return invocation.withStudio(async (studio) => {
      const created = []
      for (const config of configs) created.push(await createExperiment(invocation, studio, keys, config))
      if (options.isSet('queue')) {
        output.result(created, created.map(({ name, id }) => `${name} (${id}) is queued.`).join('\n'))
        return 0
      }
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
}

export const baselineCommands: readonly Command[] = [baseline]

/** Throws `UsageError` for a method that there is not. */
function presetsOf(text: string): readonly BaselinePreset[] {
  if (text === 'standard') return baselinePresets.filter(({ id }) => standardBaselineIds.includes(id))
  return text.split(',').map((method) => findChoice('method', method.trim(), methods).preset)
}
