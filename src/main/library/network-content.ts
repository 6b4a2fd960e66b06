import { basename } from 'node:path'
import { withFileSource } from '#formats/byte-source.ts'
import { networkOf } from '#formats/network-graph.ts'
import { openSafetensors } from '#formats/safetensors/reader.ts'
import type { Network } from '#networks/network.ts'
import { isOwnGraph } from '#shared/network/network-graph.ts'
import type { NetworkRecord } from '#shared/protocol/records.ts'
import { unwrap } from '#shared/basics/result.ts'
import { networkPath, type StoreLayout } from '../store/layout.ts'

/**
 * The graph of a stored network: the zoo's, or the one its own file describes; with the preprocessing of its record.
 * Throws `not-found` when this studio's zoo has none of this name, and the errors of a file that cannot be read.
 */
export async function storedNetwork(
  layout: StoreLayout,
  record: Pick<NetworkRecord, 'architecture' | 'classes' | 'sha256' | 'preprocessing'>,
): Promise<Network> {
  const path = networkPath(layout, record.sha256)
  const file = { name: basename(path) }
  const { preprocessing } = record
  if (!isOwnGraph(record.architecture)) return { ...networkOf(file, record, {}), preprocessing }
  return withFileSource(path, async (source) => {
    const { metadata } = unwrap(await openSafetensors(source))
    return { ...networkOf(file, record, metadata), preprocessing }
  })
}
