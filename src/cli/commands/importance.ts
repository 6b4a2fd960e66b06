import { resolve } from 'node:path'
import { atomicWrite } from '#main/files/atomic-write.ts'
import type { ExperimentSummary } from '#shared/experiment/experiment-summary.ts'
import {
  importanceDefaults,
  importanceLevels,
  importanceScores,
  type ImportanceScore,
} from '#shared/measures/importance.ts'
import { formatImportance, importanceCsv } from '#shared/plain-text/importance-table.ts'
import { splitNames, type RunRecord } from '#shared/protocol/records.ts'
import { familyOf } from '#shared/experiment/families.ts'
import { AppException } from '#shared/basics/result.ts'
import type { ChangingStudio } from '#main/studio.ts'
import { call } from '../call.ts'
import { defineCommand, type Command } from '../command.ts'
import { findExperiment } from '../find-record.ts'
import { oneOf, listOf, text, toldDefault, wholeNumber, withDefault } from '../option.ts'
import { runTask } from '../task.ts'
import { UsageError } from '../usage-error.ts'

const importance = defineCommand({
  name: 'importance',
  summary: 'Measure which weights of the original network matter.',
  details:
    'Sets a growing share of the original weights to zero, the worst reconstructed first, and measures the accuracy that is left; other orders (by magnitude, at random) stand beside it. docs/importance.md explains the scores.',
  positionals: [{ name: 'EXPERIMENT', about: 'Finished compression whose reconstruction gives the order.' }],
  options: {
    level: withDefault(oneOf('LEVEL', importanceLevels, 'What is set to zero as a whole.'), 'weight'),
    split: withDefault(oneOf('SPLIT', splitNames, 'Images to measure accuracy on.'), 'validation'),
    limit: toldDefault(wholeNumber('IMAGES', 1, 'Use only the first images of the split.'), 'all'),
    fractions: toldDefault(
      listOf('SHARE,...', 'Shares of the weights to set to zero, from 0 to 1, ascending.', numberIn),
      importanceDefaults.fractions.join(','),
    ),
    scores: toldDefault(
      listOf('SCORE,...', `Orders to try: ${importanceScores.join(', ')}.`, scoreNamed),
      'all that suit the level',
    ),
    seeds: toldDefault(
      listOf('NUMBER,...', 'Seeds of the random order.', numberIn),
      importanceDefaults.seeds.join(','),
    ),
    csv: text('FILE', 'Write the curves to this CSV file.'),
  },
  async run(invocation) {
    const { positionals, options, output } = invocation
    const { level, split, limit = 0, fractions, seeds, scores, csv } = options
    return invocation.withChanging(async (studio) => {
      const experiment = await findExperiment(studio, positionals[0] ?? '')
      const run = await completedRun(studio, experiment)
      const record = await runTask(invocation, studio, (taskId) =>
        call(studio, 'runs.measure-importance', {
          taskId,
          id: run.id,
          level,
          split,
          limit,
          ...(fractions === undefined ? {} : { fractions: [...fractions] }),
          ...(scores === undefined ? {} : { scores: [...scores] }),
          ...(seeds === undefined ? {} : { seeds: [...seeds] }),
        }),
      )
      if (csv !== undefined) await atomicWrite(resolve(csv), new TextEncoder().encode(importanceCsv(record)))
      output.result(record, formatImportance(record))
      return 0
    })
  },
})

export const importanceCommands: readonly Command[] = [importance]

/** Throws `UsageError`; the range is checked by the command of the studio. */
function numberIn(part: string, flag: string): number {
  const number = Number(part)
  if (part !== '' && Number.isFinite(number)) return number
  throw new UsageError(`${flag} takes numbers between commas, got ${part === '' ? 'an empty one' : part}.`)
}

function scoreNamed(word: string, flag: string): ImportanceScore {
  const score = importanceScores.find((candidate) => candidate === word)
  if (score !== undefined) return score
  throw new UsageError(`${flag} takes ${importanceScores.join(', ')}, got ${word}.`)
}

async function completedRun(
  studio: ChangingStudio,
  { id, name }: Pick<ExperimentSummary, 'id' | 'name'>,
): Promise<RunRecord> {
  const { record, runs } = await call(studio, 'experiments.get', { id })
  const run = runs.findLast(({ status }) => status === 'completed')
  if (run !== undefined && familyOf(record.config).predictedLayers(record.config) !== undefined) return run
  throw new AppException({
    code: 'conflict',
    message: `${name} has no reconstructed network to tell which weights matter.`,
    where: id,
    remedy: 'Choose a compression that was completed: studio experiments list',
  })
}
