/** A comparison as a file of rows: what its table of accuracies shows, with all digits. */
import { measuredRows, type MeasuredRow } from '../measures/compared-rows.ts'
import type { Comparison } from '../measures/comparison.ts'
import { baseKeyOf, differencesFrom, type PairedDifference } from '../measures/paired-differences.ts'
import { csvText } from './csv.ts'

interface Column {
  readonly title: string
  readonly value: (row: MeasuredRow, difference: PairedDifference | undefined) => number | string | undefined
}

const columns: readonly Column[] = [
  { title: 'name', value: ({ name }) => name },
  { title: 'role', value: ({ isOriginal }) => (isOriginal ? 'original' : 'experiment') },
  { title: 'status', value: ({ status }) => status },
  { title: 'images', value: ({ accuracy }) => accuracy?.total },
  { title: 'correct', value: ({ accuracy }) => accuracy?.correct },
  { title: 'accuracy', value: ({ accuracy }) => accuracy?.accuracy },
  { title: 'accuracy low (95 % Wilson)', value: ({ accuracy }) => accuracy?.interval.low },
  { title: 'accuracy high (95 % Wilson)', value: ({ accuracy }) => accuracy?.interval.high },
  { title: 'top-5 accuracy', value: ({ accuracy }) => accuracy?.top5 },
  { title: 'difference', value: (_, of) => of?.difference },
  { title: 'difference low (95 %)', value: (_, of) => of?.interval.low },
  { title: 'difference high (95 %)', value: (_, of) => of?.interval.high },
  { title: 'only base right', value: (_, of) => of?.agreement.onlyFirst },
  { title: 'only this right', value: (_, of) => of?.agreement.onlySecond },
  { title: 'McNemar p', value: (_, of) => of?.probability },
  { title: 'McNemar p, Holm', value: (_, of) => of?.adjusted },
  { title: 'bytes', value: ({ bytes }) => bytes },
  { title: 'ratio', value: ({ sizes }) => sizes?.compressionRatio },
]

/** @param baseKey of the row that differences are from, or `ownOriginal` */
export function comparisonCsv(comparison: Comparison, baseKey: string): string {
  const rows = measuredRows(comparison)
  const names = new Map(rows.map(({ key, name }) => [key, name]))
  const differences = differencesFrom(comparison.pairs, rows, baseKey)
  const lines = rows.map((row) => [
    comparison.split,
    ...columns.map(({ value }) => String(value(row, differences.get(row.key)) ?? '')),
    names.get(baseKeyOf(row, baseKey) ?? '') ?? '',
  ])
  return csvText([['split', ...columns.map(({ title }) => title), 'base'], ...lines])
}
