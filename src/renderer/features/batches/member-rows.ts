/** Rows of the experiments of a batch: what they differ in, and what they gave. */
import type { ExperimentSummary } from '#shared/experiment/experiment-summary.ts'
import type { BatchTable } from '#shared/protocol/commands/batches.ts'

export interface MemberRow {
  readonly experiment: ExperimentSummary
  /** By the columns of the table. */
  readonly values: readonly string[]
}

/** An index of the columns, or one of the numbers that a run gives. */
export type MemberOrderKey = number | 'status' | 'accuracy' | 'difference' | 'ratio' | 'totalBytes'

export interface MemberOrder {
  readonly key: MemberOrderKey
  readonly isDescending: boolean
}

/** In the order in which they were planned; members that are gone are left out. */
export function memberRows(
  { rows }: Pick<BatchTable, 'rows'>,
  members: readonly ExperimentSummary[],
): readonly MemberRow[] {
  const byId = new Map(members.map((member) => [member.id, member]))
  return rows.flatMap(({ experimentId, values }) => {
    const experiment = byId.get(experimentId)
    return experiment === undefined ? [] : [{ experiment, values }]
  })
}

/** What all names begin with, such as `ResNet-20: `: it tells none of them from another. Empty where they differ there. */
export function commonSubject(rows: readonly MemberRow[]): string {
  const [first] = rows
  const end = first?.experiment.name.indexOf(': ') ?? -1
  const subject = first?.experiment.name.slice(0, end + 2) ?? ''
  return end > 0 && rows.every(({ experiment }) => experiment.name.startsWith(subject)) ? subject : ''
}

/** Those without a value come last in both directions; without an order, as they were planned. */
export function sortedRows(rows: readonly MemberRow[], order: MemberOrder | undefined): readonly MemberRow[] {
  if (order === undefined) return rows
  const direction = order.isDescending ? -1 : 1
  return rows.toSorted((a, b) => {
    const [left, right] = [valueOf(a, order.key), valueOf(b, order.key)]
    if (left === undefined || right === undefined) return Number(left === undefined) - Number(right === undefined)
    return direction * compare(left, right)
  })
}

/** The order after a press on the head of a column: what is best on top, then the other way round, then as planned. */
export function nextOrder(order: MemberOrder | undefined, key: MemberOrderKey): MemberOrder | undefined {
  const isFirstDescending = typeof key === 'string' && key !== 'totalBytes' && key !== 'status'
  if (order?.key !== key) return { key, isDescending: isFirstDescending }
  return order.isDescending === isFirstDescending ? { key, isDescending: !isFirstDescending } : undefined
}

function valueOf({ experiment, values }: MemberRow, key: MemberOrderKey): string | number | undefined {
  if (typeof key === 'number') return values[key] === '' ? undefined : values[key]
  return key === 'status' ? experiment.status : experiment.outcome[key]
}

/** Numbers by their value, also those that are texts. */
function compare(left: string | number, right: string | number): number {
  const difference = Number(left) - Number(right)
  return Number.isNaN(difference) ? String(left).localeCompare(String(right)) : difference
}
