import { resolve } from 'node:path'
import { atomicWrite } from '#main/files/atomic-write.ts'
import type { ExperimentSummary } from '#shared/experiment/experiment-summary.ts'
import { importanceLevels, importanceScores, type ImportanceScore } from '#shared/measures/importance.ts'
import { formatImportance, importanceCsv } from '#shared/plain-text/importance-table.ts'
import { splitNames, type RunRecord } from '#shared/protocol/records.ts'
import { familyOf } from '#shared/experiment/families.ts'
import { AppException } from '#shared/basics/result.ts'
import type { Studio } from '#main/studio.ts'
import { call } from '../call.ts'
import { UsageError, type Command } from '../command.ts'
import { findExperiment } from '../find-record.ts'
import { runTask } from '../task.ts'

const importance: Command = {
  name: 'importance',
  usage:
    'EXPERIMENT [--level weight|kernel|filter] [--split validation] [--limit N] [--fractions F,...] [--scores S,...] [--seeds S,...] [--csv FILE]',
  summary:
    'Weight importance: accuracy of the original network with its worst reconstructed weights set to zero, against magnitude and random.',
  positionals: ['EXPERIMENT'],
  options: {
    level: { type: 'string' },
    split: { type: 'string' },
    limit: { type: 'string' },
    fractions: { type: 'string' },
    scores: { type: 'string' },
    seeds: { type: 'string' },
    csv: { type: 'string' },
  },
  async run(invocation) {
    const { positionals, options, output } = invocation
    const level = options.choice('level', importanceLevels) ?? 'weight'
    const split = options.choice('split', splitNames) ?? 'validation'
    const limit = options.integer('limit', 1) ?? 0
    const fractions = numbers('fractions', options.text('fractions'))
    const seeds = numbers('seeds', options.text('seeds'))
    const scores = options.text('scores')?.split(',').map(scoreNamed)
    return invocation.withStudio(async (studio) => {
      const experiment = await findExperiment(studio, positionals[0] ?? '')
      const run = await completedRun(studio, experiment)
      const record = await runTask(invocation, studio, (taskId) =>
        call(studio, 'runs.measure-importance', {
          taskId,
          id: run.id,
          level,
          split,
          limit,
          ...(fractions === undefined ? {} : { fractions }),
          ...(scores === undefined ? {} : { scores }),
          ...(seeds === undefined ? {} : { seeds }),
        }),
      )
      const file = options.text('csv')
      if (file !== undefined) await atomicWrite(resolve(file), new TextEncoder().encode(importanceCsv(record)))
      output.result(record, formatImportance(record))
      return 0
    })
  },
}

export const importanceCommands: readonly Command[] = [importance]

/** Numbers between commas. Throws `UsageError`; their range is checked by the command. */
function numbers(name: string, text: string | undefined): number[] | undefined {
  return text?.split(',').map((part) => {
    const number = Number(part)
    if (part.trim() !== '' && Number.isFinite(number)) return number
    throw new UsageError(`--${name} takes numbers between commas, got ${text}.`)
  })
}

function scoreNamed(text: string): ImportanceScore {
  const score = importanceScores.find((candidate) => candidate === text)
  if (score !== undefined) return score
  throw new UsageError(`--scores takes ${importanceScores.join(', ')}, got ${text}.`)
}

async function completedRun(studio: Studio, { id, name }: Pick<ExperimentSummary, 'id' | 'name'>): Promise<RunRecord> {
  const { record, runs } = await call(studio, 'experiments.get', { id })
  const run = runs.findLast(({ status }) => status === 'completed')
  if (run !== undefined && familyOf(record.config).predictedLayers(record.config) !== undefined) return run
  throw new AppException({
    code: 'conflict',
    message: `${name} has not reconstructed a network, so nothing says which weights matter.`,
    where: id,
    remedy: 'Choose a compression that was completed: studio experiments list',
  })
}
