import { configLeaves } from '#shared/experiment/config-leaves.ts'
import { familyOf } from '#shared/experiment/families.ts'
import type { BatchTable } from '#shared/protocol/commands/batches.ts'
import type { PlannedMember } from '../store/batches.ts'

/** What experiments of all methods have. */
const general: ReadonlySet<string> = new Set(['network', 'dataset', 'method'])

/**
 * What the members of a batch differ in, in the order of a form. Parameters are compared among members of one method: what
 * another method begins with is no choice of the batch.
 * @param nameOf a network or data set by its id, for people
 */
export function batchTable(members: readonly PlannedMember[], nameOf: (id: string) => string): BatchTable {
  const rows = members.map(({ id, config, networkId, datasetId }) => ({
    experimentId: id,
    kind: config.kind,
    values: new Map<string, string>([
      ...(networkId === undefined ? [] : [['network', nameOf(networkId)] as const]),
      ['dataset', nameOf(datasetId)],
      ['method', familyOf(config).noun],
      ...[...configLeaves(config)].map(([path, value]) => [path, String(value)] as const),
    ]),
  }))
  const seen = new Map<string, string>()
  const differing = new Set<string>()
  for (const { kind, values } of rows) {
    for (const [path, value] of values) {
      const key = general.has(path) ? path : `${kind} ${path}`
      const first = seen.get(key)
      if (first === undefined) seen.set(key, value)
      else if (first !== value) differing.add(path)
    }
  }
  const paths = new Set(rows.flatMap(({ values }) => [...values.keys()]))
  const columns = [...paths].filter((path) => differing.has(path))
  return {
    columns,
    rows: rows.map(({ experimentId, values }) => ({
      experimentId,
      values: columns.map((path) => values.get(path) ?? ''),
    })),
  }
}
