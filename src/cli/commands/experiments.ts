import { resolve } from 'node:path'
import { atomicWrite } from '#main/files/atomic-write.ts'
import { comparedAtMost } from '#shared/protocol/commands/comparisons.ts'
import { splitNames } from '#shared/protocol/records.ts'
import { AppException } from '#shared/basics/result.ts'
import { call } from '../call.ts'
import { defineCommand, type Command } from '../command.ts'
import { findExperiment, findExperiments } from '../find-record.ts'
import { oneOf, text, withDefault } from '../option.ts'
import { UsageError } from '../usage-error.ts'
import { formatComparison } from '#shared/plain-text/comparison-table.ts'
import { formatResult } from '#shared/plain-text/result-table.ts'
import { formatAccuracyCurve, metricsCsv } from '#shared/plain-text/metrics-table.ts'
import { forkCommands } from './forks.ts'
import { listExperiments } from './list-experiments.ts'
import { trashCommands } from './trash.ts'

const show = defineCommand({
  name: 'experiments show',
  summary: 'Show the result of an experiment.',
  positionals: [{ name: 'EXPERIMENT', about: 'Experiment to show.' }],
  options: {},
  run: ({ positionals, output, withReader }) =>
    withReader(async (studio) => {
      const { id } = await findExperiment(studio, positionals[0] ?? '')
      const detail = await call(studio, 'experiments.get', { id })
      output.result(detail, formatResult(detail.record))
      return 0
    }),
})

const recipe = defineCommand({
  name: 'experiments recipe',
  summary: 'Print the command and the configuration that make it again.',
  details: 'The configuration is the YAML that a sweep has below config, and that the form of the window takes.',
  positionals: [{ name: 'EXPERIMENT', about: 'Experiment to make again.' }],
  options: {},
  run: ({ positionals, output, withReader }) =>
    withReader(async (studio) => {
      const { id } = await findExperiment(studio, positionals[0] ?? '')
      const made = await call(studio, 'experiments.recipe', { id })
      output.result(made, `${made.command}\n\n${made.yaml.trimEnd()}`)
      return 0
    }),
})

const compare = defineCommand({
  name: 'experiments compare',
  summary: 'Compare accuracy, bytes and parameters of experiments.',
  positionals: [{ name: 'EXPERIMENT...', about: `Experiments to compare, ${comparedAtMost} at most.` }],
  options: {
    split: withDefault(oneOf('SPLIT', splitNames, 'Images to measure accuracy on.'), 'test'),
    html: text('FILE', 'Write the comparison to this file as one page, with the images that flipped.'),
    csv: text('FILE', 'Write its rows to this file, with all digits.'),
  },
  run({ positionals, options, output, withReader }) {
    const { split } = options
    if (positionals.length > comparedAtMost) {
      throw new UsageError(`At most ${comparedAtMost} experiments can be compared, got ${positionals.length}.`)
    }
    return withReader(async (studio) => {
      const ids = await findExperiments(studio, positionals)
      const comparison = await call(studio, 'experiments.compare', { ids, split })
      for (const format of ['html', 'csv'] as const) {
        const file = options[format]
        if (file !== undefined) await call(studio, 'comparisons.export', { ids, split, format, file: resolve(file) })
      }
      output.result(comparison, formatComparison(comparison))
      return 0
    })
  },
})

const metrics = defineCommand({
  name: 'experiments metrics',
  summary: 'Show how accuracy developed over the minutes of the latest run.',
  positionals: [{ name: 'EXPERIMENT', about: 'Experiment whose latest run is meant.' }],
  options: { csv: text('FILE', 'Write every metric of the run to this CSV file.') },
  run: ({ positionals, options, output, withReader }) =>
    withReader(async (studio) => {
      const experiment = await findExperiment(studio, positionals[0] ?? '')
      const { latestRun, name } = experiment
      if (latestRun === undefined) {
        throw new AppException({
          code: 'conflict',
          message: `${name} has not been run yet.`,
          where: experiment.id,
          remedy: 'Run what waits: studio queue start',
        })
      }
      const points = await call(studio, 'runs.metrics', { id: latestRun.id, afterStep: -1 })
      const { csv } = options
      if (csv !== undefined) await atomicWrite(resolve(csv), new TextEncoder().encode(metricsCsv(points)))
      output.result(points, formatAccuracyCurve(points))
      return 0
    }),
})

export const experimentsCommands: readonly Command[] = [
  listExperiments,
  show,
  recipe,
  compare,
  metrics,
  ...forkCommands,
  ...trashCommands,
]
