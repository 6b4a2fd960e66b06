/** What `studio compress` prints. */
import { basename } from 'node:path'
import {
  formatCount,
  formatDuration,
  formatExactBytes,
  formatPercent,
  formatPoints,
  formatRatio,
} from '#shared/basics/format.ts'
import type { AppError } from '#shared/basics/result.ts'
import { formatPackagedResult } from '#shared/plain-text/packaged-result.ts'
import { formatFacts, formatTable, type Column } from '#shared/plain-text/table.ts'
import { noteFacts } from '../note-facts.ts'
import type { CompressedNetwork } from './compress-network.ts'

/** One network, in full. */
export function formatCompressed(network: CompressedNetwork): string {
  const { target, source, recognised, step, seconds } = network
  const facts = formatFacts([
    ['file', target],
    ['network', `${basename(source)}: ${recognised.description.title}, ${formatCount(recognised.classes)} classes`],
    ...noteFacts(recognised.notes),
  ])
  const lines = [
    `quantisation step             ${step.toPrecision(4)}`,
    `seconds                       ${seconds.toFixed(1)}`,
  ]
  return `${facts}\n\n${formatPackagedResult(network, lines)}`
}

/** What became of each of several networks. */
export type NetworkOutcome = CompressedNetwork | { readonly source: string; readonly error: AppError }

/** Several networks, a line each; those that failed say so. */
export function formatOutcomes(outcomes: readonly NetworkOutcome[]): string {
  const hasAccuracies = outcomes.some((outcome) => 'accuracies' in outcome && outcome.accuracies.length > 0)
  const numbers = [
    'original',
    'file',
    'ratio',
    'relative error',
    'time',
    ...(hasAccuracies ? ['accuracy', 'difference'] : []),
  ]
  const columns: readonly Column[] = [
    { title: 'network' },
    ...numbers.map((title) => ({ title, align: 'right' as const })),
  ]
  return formatTable(columns, outcomes.map(outcomeRow))
}

function outcomeRow(outcome: NetworkOutcome): readonly string[] {
  const name = basename(outcome.source)
  if ('error' in outcome) return [name, outcome.error.code]
  const { sizes, relativeError, seconds, accuracies } = outcome
  return [
    name,
    formatExactBytes(sizes.originalBytes),
    formatExactBytes(sizes.totalBytes),
    formatRatio(sizes.compressionRatio),
    relativeError.toFixed(4),
    formatDuration(seconds),
    ...accuracies.flatMap(({ original, reconstructed }) => {
      const before = original.correct / Math.max(1, original.total)
      const after = reconstructed.correct / Math.max(1, reconstructed.total)
      return [formatPercent(after), formatPoints(after - before)]
    }),
  ]
}
