import { isOwnGraph } from '#shared/network/network-graph.ts'
import type { NetworkRecord } from '#shared/protocol/records.ts'

/** How the studio knows which network it is. */
export function evidenceOf({ architecture, origin }: Pick<NetworkRecord, 'architecture' | 'origin'>): string {
  if (origin.kind === 'trained') return `built as this architecture and trained here by ${origin.source}`
  if (isOwnGraph(architecture)) return `the graph that ${origin.source} describes, kept with its weights`
  return `the names and shapes of the tensors in ${origin.source} fit this architecture`
}
