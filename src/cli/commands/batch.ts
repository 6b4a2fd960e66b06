import type { ReadingStudio } from '#main/studio.ts'
import { formatDuration, formatPercent, formatRatio } from '#shared/basics/format.ts'
import { batchProgress, bestMember, countsText } from '#shared/experiment/batch-progress.ts'
import { leafTitle } from '#shared/experiment/config-leaves.ts'
import type { ExperimentSummary } from '#shared/experiment/experiment-summary.ts'
import { formatComparison } from '#shared/plain-text/comparison-table.ts'
import { formatTable } from '#shared/plain-text/table.ts'
import type { BatchDetail, BatchTimeLeft } from '#shared/protocol/commands/batches.ts'
import { comparedAtMost } from '#shared/protocol/commands/comparisons.ts'
import type { BatchRecord } from '#shared/protocol/commands/batches.ts'
import { splitNames } from '#shared/protocol/records.ts'
import { call } from '../call.ts'
import { defineCommand, type Command } from '../command.ts'
import { findRecord } from '../find-record.ts'
import { onRequest, oneOf, withDefault } from '../option.ts'
import type { Output } from '../output.ts'
import { UsageError } from '../usage-error.ts'

const batchName = { name: 'BATCH', about: 'Batch, by its name or id.' }

const list = defineCommand({
  name: 'batch list',
  summary: 'List all batches, newest first, and how far they are.',
  positionals: [],
  options: {},
  run: ({ output, withReader }) =>
    withReader(async (studio) => {
      const batches = await call(studio, 'batches.list', {})
      const { items } = await call(studio, 'experiments.list', {})
      const listed = batches.map((batch) => ({ ...batch, ...batchProgress(membersOf(batch, items)) }))
      const table = formatTable(
        [
          { title: 'name' },
          { title: 'id' },
          { title: 'runs', align: 'right' },
          { title: 'status' },
          { title: 'created' },
        ],
        listed.map((batch) => [
          batch.name,
          batch.id,
          String(batch.total),
          countsText(batch),
          batch.createdAt.slice(0, 16).replace('T', ' '),
        ]),
        'There is no batch yet. Make one: studio sweep FILE',
      )
      output.result(listed, table)
      return 0
    }),
})

const show = defineCommand({
  name: 'batch show',
  summary: 'Show what the experiments of a batch differ in and achieved.',
  positionals: [batchName],
  options: {},
  run: ({ positionals, output, withReader }) =>
    withReader(async (studio) => {
      await showBatch(output, studio, await findBatch(studio, positionals[0] ?? ''))
      return 0
    }),
})

const compare = defineCommand({
  name: 'batch compare',
  summary: 'Compare the completed experiments of a batch.',
  details: `Of more than ${comparedAtMost} the most accurate ones are compared.`,
  positionals: [batchName],
  options: { split: withDefault(oneOf('SPLIT', splitNames, 'Images to measure accuracy on.'), 'test') },
  run: ({ positionals, options, output, withReader }) =>
    withReader(async (studio) => {
      const batch = await findBatch(studio, positionals[0] ?? '')
      const completed = (await membersIn(studio, batch)).filter(({ status }) => status === 'completed')
      if (completed.length === 0) {
        throw new UsageError(`${batch.name} has no completed experiment yet.`, 'Run what waits: studio queue start')
      }
      const ids = mostAccurate(completed).map(({ id }) => id)
      const comparison = await call(studio, 'experiments.compare', { ids, split: options.split })
      output.result(comparison, formatComparison(comparison))
      return 0
    }),
})

const rename = defineCommand({
  name: 'batch rename',
  summary: 'Give a batch another name.',
  positionals: [batchName, { name: 'NAME', about: 'The new name.' }],
  options: {},
  run: ({ positionals, output, withChanging }) =>
    withChanging(async (studio) => {
      const [key = '', name = ''] = positionals
      const { id } = await findBatch(studio, key)
      const renamed = await call(studio, 'batches.rename', { id, name })
      output.result(renamed, `${renamed.id} is called ${renamed.name}.`)
      return 0
    }),
})

const remove = defineCommand({
  name: 'batch remove',
  summary: 'Move a batch with its experiments to the trash.',
  details: 'It comes back with the experiments that are restored.',
  positionals: [batchName],
  options: {},
  run: ({ positionals, output, withChanging }) =>
    withChanging(async (studio) => {
      const batch = await findBatch(studio, positionals[0] ?? '')
      await call(studio, 'batches.remove', { id: batch.id })
      output.result(batch, `${batch.name} is in the trash with its experiments.`)
      return 0
    }),
})

const retry = defineCommand({
  name: 'batch retry',
  summary: 'Put the failed experiments of a batch back into the queue.',
  positionals: [batchName],
  options: { cancelled: onRequest('Also those that were cancelled.') },
  run: ({ positionals, options, output, withChanging }) =>
    withChanging(async (studio) => {
      const batch = await findBatch(studio, positionals[0] ?? '')
      await call(studio, 'batches.retry', {
        id: batch.id,
        statuses: options.cancelled ? ['failed', 'cancelled'] : ['failed'],
      })
      await showBatch(output, studio, batch)
      return 0
    }),
})

export const batchCommands: readonly Command[] = [
  list,
  show,
  change('pause', 'batches.pause', 'Pause the experiments of a batch that run or wait.'),
  change('resume', 'batches.resume', 'Put the paused experiments of a batch back into the queue.'),
  change('cancel', 'batches.cancel', 'Cancel all experiments of a batch that have not ended.'),
  retry,
  compare,
  rename,
  remove,
]

/** A command that does one thing to a batch and shows how it is then. */
function change(
  word: string,
  command: 'batches.pause' | 'batches.resume' | 'batches.cancel',
  summary: string,
): Command {
  return defineCommand({
    name: `batch ${word}`,
    summary,
    positionals: [batchName],
    options: {},
    run: ({ positionals, output, withChanging }) =>
      withChanging(async (studio) => {
        const batch = await findBatch(studio, positionals[0] ?? '')
        await call(studio, command, { id: batch.id })
        await showBatch(output, studio, batch)
        return 0
      }),
  })
}

/** Errors as of `findRecord`. */
async function findBatch(studio: ReadingStudio, key: string): Promise<BatchRecord> {
  return findRecord('batch', key, await call(studio, 'batches.list', {}))
}

async function membersIn(studio: ReadingStudio, batch: BatchRecord): Promise<readonly ExperimentSummary[]> {
  return membersOf(batch, (await call(studio, 'experiments.list', {})).items)
}

function membersOf({ id }: BatchRecord, items: readonly ExperimentSummary[]): readonly ExperimentSummary[] {
  return items.filter(({ batchId }) => batchId === id)
}

/** As many as can stand side by side. */
function mostAccurate(completed: readonly ExperimentSummary[]): readonly ExperimentSummary[] {
  return completed.toSorted((a, b) => (b.outcome.accuracy ?? 0) - (a.outcome.accuracy ?? 0)).slice(0, comparedAtMost)
}

async function showBatch(output: Output, studio: ReadingStudio, { id }: BatchRecord): Promise<void> {
  const detail = await call(studio, 'batches.get', { id })
  const members = await membersIn(studio, detail.record)
  const progress = batchProgress(members)
  const best = bestMember(members)
  const left = progress.ended === progress.total ? undefined : await call(studio, 'batches.time-left', { id })
  const lines = [
    `${detail.record.name} (${detail.record.id}): ${countsText(progress)}`,
    ...(left === undefined ? [] : [`time left: ${timeLeftText(left)}`]),
    ...(best === undefined ? [] : [`best: ${best.name}, ${formatPercent(best.outcome.accuracy ?? 0)}`]),
  ]
  output.result(
    { ...detail, progress, ...(left === undefined ? {} : { timeLeft: left }) },
    `${lines.join('\n')}\n\n${memberTable(detail, members)}`,
  )
}

function timeLeftText({ seconds, likeOthers, unknown }: BatchTimeLeft): string {
  if (seconds === 0) return 'not known yet'
  const likely = likeOthers === 0 ? '' : `, ${likeOthers} of them taken to last as those that were completed`
  const others = unknown === 0 ? '' : `, and ${unknown} whose time is not known yet`
  return `about ${formatDuration(seconds)}${likely}${others}`
}

function memberTable({ columns, rows }: BatchDetail, members: readonly ExperimentSummary[]): string {
  const byId = new Map(members.map((member) => [member.id, member]))
  return formatTable(
    [
      ...columns.map((path) => ({ title: leafTitle(path) })),
      { title: 'id' },
      { title: 'status' },
      { title: 'test accuracy', align: 'right' as const },
      { title: 'all-in ratio', align: 'right' as const },
    ],
    rows.map(({ experimentId, values }) => {
      const { status = 'draft', outcome } = byId.get(experimentId) ?? {}
      return [
        ...values,
        experimentId,
        status,
        outcome?.accuracy === undefined ? '' : formatPercent(outcome.accuracy),
        outcome?.ratio === undefined ? '' : formatRatio(outcome.ratio),
      ]
    }),
    'It has no experiments.',
  )
}
