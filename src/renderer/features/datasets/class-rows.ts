import type { DatasetDetail } from '#shared/protocol/commands/datasets.ts'
import { splitNames, type DatasetRecord, type SplitName } from '#shared/protocol/records.ts'
import { formatCount } from '../../format/format.ts'

/** ImageNet has 1,000 classes: all of them would be thousands of bars. */
const maxRows = 60

export const splitTokens = { train: '--series-1', validation: '--series-2', test: '--series-3' } as const

interface ClassRows {
  readonly rows: readonly {
    readonly name: string
    readonly values: readonly { readonly value: number; readonly text: string; readonly token: string }[]
  }[]
  /** Classes that match the filter. */
  readonly found: number
}

/** Splits that have images at all: a bar a class for each. */
export function shownSplits({ counts }: Pick<DatasetRecord, 'counts'>): readonly SplitName[] {
  return splitNames.filter((split) => counts[split] > 0)
}

/** The first classes whose name holds `filter`, or all of them when it is empty; those with images come first. */
export function classRows(
  record: Pick<DatasetRecord, 'classNames' | 'counts'>,
  classCounts: DatasetDetail['classCounts'],
  filter: string,
): ClassRows {
  const splits = shownSplits(record)
  const wanted = filter.trim().toLowerCase()
  const classes = record.classNames
    .map((name, index) => ({
      name,
      index,
      total: splits.reduce((sum, split) => sum + (classCounts[split][index] ?? 0), 0),
    }))
    .filter(({ name }) => name.toLowerCase().includes(wanted))
  const inOrder = [...classes.filter(({ total }) => total > 0), ...classes.filter(({ total }) => total === 0)]
  const rows = inOrder.slice(0, maxRows).map(({ name, index }) => ({
    name,
    values: splits.map((split) => {
      const value = classCounts[split][index] ?? 0
      return { value, text: formatCount(value), token: splitTokens[split] }
    }),
  }))
  return { rows, found: classes.length }
}
