/** Differences from a base, and of every pair: on the same images, with what is left to chance. */
import type { Agreement } from './agreement.ts'
import { subjectKey, type ComparedPair } from './comparison.ts'
import { holmAdjusted, mcnemarExact, pairedInterval, type Interval } from './statistics.ts'
import type { MeasuredRow } from './compared-rows.ts'

/** Stands for: each experiment against the original it was made of. */
export const ownOriginal = 'own-original'

export interface PairedDifference {
  /** Accuracy of this one minus that of the other, on the images both saw. */
  readonly difference: number
  /** 95 % of that difference. */
  readonly interval: Interval
  /** `onlyFirst`: the other one alone was right; `onlySecond`: this one alone. */
  readonly agreement: Agreement
  /** McNemar's exact p. */
  readonly probability: number
  /** The same after Holm's correction for all that are shown together. */
  readonly adjusted: number
}

/** The key of what a row is compared with; undefined for what is a base itself. */
export function baseKeyOf(row: MeasuredRow, baseKey: string): string | undefined {
  const key = baseKey === ownOriginal ? row.originalKey : baseKey
  return key === row.key ? undefined : key
}

/** By the key of a row: its difference from its base, where both were measured on the same images. */
export function differencesFrom(
  pairs: readonly ComparedPair[],
  rows: readonly MeasuredRow[],
  baseKey: string,
): ReadonlyMap<string, PairedDifference> {
  const agreements = agreementsOf(pairs)
  const found = rows.flatMap((row) => {
    const base = baseKeyOf(row, baseKey)
    const agreement = base === undefined ? undefined : agreements(base, row.key)
    return agreement === undefined ? [] : [{ key: row.key, agreement }]
  })
  const differences = pairedDifferences(found.map(({ agreement }) => agreement))
  return new Map(found.map(({ key }, index) => [key, differences[index]]).filter(isKnown))
}

function isKnown(entry: (string | PairedDifference | undefined)[]): entry is [string, PairedDifference] {
  return entry[1] !== undefined
}

/** Looked at together: Holm's correction is for all of them. */
function pairedDifferences(agreements: readonly Agreement[]): readonly PairedDifference[] {
  const probabilities = agreements.map(({ onlyFirst, onlySecond }) => mcnemarExact(onlyFirst, onlySecond))
  const adjusted = holmAdjusted(probabilities)
  return agreements.map((agreement, index) => {
    const { bothRight, onlyFirst, onlySecond, bothWrong } = agreement
    return {
      difference: (onlySecond - onlyFirst) / (bothRight + onlyFirst + onlySecond + bothWrong),
      interval: pairedInterval(agreement),
      agreement,
      probability: probabilities[index] ?? 1,
      adjusted: adjusted[index] ?? 1,
    }
  })
}

/** Who was right of two rows by their keys, either way round. */
function agreementsOf(pairs: readonly ComparedPair[]): (first: string, second: string) => Agreement | undefined {
  const found = new Map<string, Agreement>()
  for (const { first, second, agreement } of pairs) {
    found.set(`${subjectKey(first)} ${subjectKey(second)}`, agreement)
    found.set(`${subjectKey(second)} ${subjectKey(first)}`, turned(agreement))
  }
  return (first, second) => found.get(`${first} ${second}`)
}

function turned({ bothRight, onlyFirst, onlySecond, bothWrong }: Agreement): Agreement {
  return { bothRight, onlyFirst: onlySecond, onlySecond: onlyFirst, bothWrong }
}

function turnedDifference({ difference, interval, agreement, ...probabilities }: PairedDifference): PairedDifference {
  return {
    difference: 0 - difference,
    interval: { low: 0 - interval.high, high: 0 - interval.low },
    agreement: turned(agreement),
    ...probabilities,
  }
}

export interface PairTable<Row extends MeasuredRow> {
  /** Of `rows` and `columns` alike: what was measured. */
  readonly rows: readonly Row[]
  /** By row, by column: the row minus the column. Undefined on the diagonal, and where the images differ. */
  readonly cells: readonly (readonly (PairedDifference | undefined)[])[]
  /** How many pairs Holm's correction is for. */
  readonly count: number
}

/** Every pair of what was measured. */
export function pairTable<Row extends MeasuredRow>(
  pairs: readonly ComparedPair[],
  rows: readonly Row[],
): PairTable<Row> {
  const shown = rows.filter(({ accuracy }) => accuracy !== undefined)
  const differences = new Map<string, PairedDifference>()
  pairedDifferences(pairs.map(({ agreement }) => agreement)).forEach((difference, index) => {
    const pair = pairs[index]
    if (pair === undefined) return
    const [first, second] = [subjectKey(pair.first), subjectKey(pair.second)]
    differences.set(`${second} ${first}`, difference)
    differences.set(`${first} ${second}`, turnedDifference(difference))
  })
  const cells = shown.map((row) => shown.map((column) => differences.get(`${row.key} ${column.key}`)))
  return { rows: shown, cells, count: pairs.length }
}
