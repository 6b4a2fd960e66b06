/** What a trainer needs of networks and data sets of the store. */
import type { TrainerJob } from '#shared/protocol/trainer-protocol.ts'
import { assertSha256 } from '../files/sha256.ts'
import { datasetPath, networkPath } from '../store/layout.ts'
import type { Store } from '../store/store.ts'
import { assertWholeCache } from './whole-caches.ts'

type NetworkInput = Extract<TrainerJob, { kind: 'evaluate' }>['network']
type DatasetInput = Extract<TrainerJob, { kind: 'evaluate' }>['dataset']

/** What a trainer needs of a stored network; the file is verified first. Errors: `not-found`, `file-corrupt`. */
export async function networkInput(store: Store, networkId: string): Promise<NetworkInput> {
  const { sha256, architecture, classes } = store.networks.get(networkId)
  const path = networkPath(store.layout, sha256)
  await assertSha256(path, sha256, 'Remove this network and import it again.')
  return { path, sha256, architecture, classes }
}

/**
 * The trainer opens the cache by its header, whose digest names it; all of it is verified when it is first used. Errors:
 * `not-found`, `file-corrupt`.
 */
export async function datasetInput(store: Store, datasetId: string): Promise<DatasetInput> {
  const { sha256 } = store.datasets.get(datasetId)
  await assertWholeCache(store, sha256)
  return { path: datasetPath(store.layout, sha256), sha256 }
}
