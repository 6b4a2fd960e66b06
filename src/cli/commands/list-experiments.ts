import { extname, resolve } from 'node:path'
import {
  rowFormats,
  type ExperimentOrder,
  type ExperimentQuery,
  type RowFormat,
} from '#shared/experiment/experiment-query.ts'
import type { ExperimentSummary } from '#shared/experiment/experiment-summary.ts'
import type { Outcome } from '#shared/experiment/plan.ts'
import { formatAmount, formatExactBytes, formatPercent, formatRatio } from '#shared/basics/format.ts'
import { formatTable } from '#shared/plain-text/table.ts'
import { call } from '../call.ts'
import { defineCommand } from '../command.ts'
import { listOf, onRequest, text } from '../option.ts'
import { readField, readFilter, readOrder } from '../query-options.ts'
import { UsageError } from '../usage-error.ts'

/** Columns of a file when none are named. */
const usualFields = [
  ...['name', 'id', 'kind', 'method', 'network', 'dataset', 'status', 'size', 'ratio', 'accuracy', 'drop', 'seconds'],
  ...['seed', 'tags', 'created'],
]

export const listExperiments = defineCommand({
  name: 'experiments list',
  summary: 'List experiments, newest first, or those that a filter finds.',
  details: 'docs/filters.md has the language of filters and all fields.',
  positionals: [],
  options: {
    filter: text('TEXT', 'Only what satisfies it, such as "size < 100 KiB and drop <= 0.5".'),
    sort: listOf(
      'FIELDS',
      'Fields between commas; a dash in front means from the largest on (--sort=-drop).',
      readOrder,
    ),
    archived: onRequest('Only what is archived.'),
    trash: onRequest('Only what is in the trash.'),
    columns: listOf('FIELDS', 'Fields between commas that --file writes.', readField),
    file: text('FILE', 'Write the rows to this file, .csv or .json, with all digits.'),
  },
  run({ options, output, withReader }) {
    const { file, columns = usualFields } = options
    const query = queryOf(options)
    const format = file === undefined ? undefined : formatOfFile(file)
    return withReader(async (studio) => {
      if (file !== undefined && format !== undefined) {
        const written = { ...query, fields: [...columns], format, file: resolve(file) }
        const { rows } = await call(studio, 'experiments.export-rows', written)
        output.result({ file, rows }, `${formatAmount(rows, 'experiment')} written to ${file}.`)
        return 0
      }
      const { items } = await call(studio, 'experiments.list', query)
      output.result(items, [table(items, query), ...items.flatMap(describeProblem)].join('\n\n'))
      return 0
    })
  },
})

interface QueryOptions {
  readonly filter: string | undefined
  readonly sort: readonly ExperimentOrder[] | undefined
  readonly archived: boolean
  readonly trash: boolean
}

function queryOf({ filter: asked, sort, archived, trash }: QueryOptions): ExperimentQuery {
  const filter = readFilter(asked)
  return {
    ...(filter === undefined ? {} : { filter }),
    ...(sort === undefined ? {} : { order: [...sort] }),
    ...(archived ? { isArchived: true } : {}),
    isTrashed: trash,
  }
}

function formatOfFile(file: string): RowFormat {
  const ending = extname(file).slice(1).toLowerCase()
  const format = rowFormats.find((candidate) => candidate === ending)
  if (format !== undefined) return format
  throw new UsageError(`--file takes a name that ends in .csv or .json, got ${file}.`)
}

function table(items: readonly ExperimentSummary[], { filter, isTrashed = false }: ExperimentQuery): string {
  const empty = 'There is no experiment yet. Make one: studio run --network N --dataset D'
  const nothing = isTrashed ? 'The trash is empty.' : empty
  return formatTable(
    [
      { title: 'name' },
      { title: 'id' },
      { title: 'kind' },
      { title: 'status' },
      { title: 'test accuracy', align: 'right' },
      { title: 'size', align: 'right' },
      { title: 'all-in ratio', align: 'right' },
      { title: 'created' },
    ],
    items.map((experiment) => [
      experiment.name,
      experiment.id,
      experiment.plan?.kind ?? 'unreadable',
      experiment.status,
      ...achievements(experiment.outcome),
      experiment.createdAt.slice(0, 16).replace('T', ' '),
    ]),
    filter === undefined ? nothing : 'No experiment satisfies the filter.',
  )
}

function achievements({ accuracy, totalBytes, ratio }: Outcome): readonly [string, string, string] {
  return [
    accuracy === undefined ? '' : formatPercent(accuracy),
    totalBytes === undefined ? '' : formatExactBytes(totalBytes),
    ratio === undefined ? '' : formatRatio(ratio),
  ]
}

function describeProblem({ id, name, problem }: ExperimentSummary): readonly string[] {
  return problem === undefined ? [] : [`${name} (${id}) cannot be read. ${problem.message} ${problem.remedy ?? ''}`]
}
