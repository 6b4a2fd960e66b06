import type { ExperimentRecord, NetworkDescription, NetworkRecord } from '#shared/protocol/records.ts'
import { timestamp } from '../basics/clock.ts'
import { keepManifest } from '../context/keep-manifest.ts'
import type { StudioContext } from '../context/studio-context.ts'
import { atomicWrite } from '../files/atomic-write.ts'
import { sha256Of } from '../files/sha256.ts'
import { newId } from '../basics/new-id.ts'
import { networkPath } from '../store/layout.ts'
import { uniqueName } from './unique-name.ts'

/**
 * Keeps the network a train experiment made, under the experiment's name. Equal bytes are kept once.
 * Errors: `disk-full`, `file-unreadable`.
 */
export async function addTrainedNetwork(
  context: StudioContext,
  { name, datasetId }: ExperimentRecord,
  architecture: string,
  bytes: Uint8Array,
  { layers, ...described }: NetworkDescription,
): Promise<NetworkRecord> {
  const { store, clock, writeBytes } = context
  const sha256 = sha256Of(bytes)
  store.networks.trash.restoreContent(sha256)
  const known = store.networks.findByContent(sha256)
  if (known !== undefined) return known
  const path = networkPath(store.layout, sha256)
  await atomicWrite(path, bytes, writeBytes)
  const classes = store.datasets.get(datasetId).classNames.length
  const record: NetworkRecord = {
    id: newId('net'),
    name: uniqueName(name, store.networks.names()),
    architecture,
    classes,
    sha256,
    sizeBytes: bytes.byteLength,
    ...described,
    origin: { kind: 'trained', source: name, format: 'studio', sha256 },
    createdAt: timestamp(clock),
  }
  store.networks.insert(record, layers)
  await keepManifest(context, store.manifests.ofNetwork(sha256))
  return record
}
