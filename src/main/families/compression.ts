/** What compressions have in common, whatever the method. */
import type { Network } from '#networks/network.ts'
import { AppException } from '#shared/basics/result.ts'
import type { ConfigOf } from '#shared/experiment/experiment-config.ts'
import { familyOf } from '#shared/experiment/families.ts'
import type { DatasetRecord, ExperimentRecord, NetworkRecord } from '#shared/protocol/records.ts'
import { assertFit, assertImages } from '../library/dataset-fit.ts'
import { storedNetwork } from '../library/network-content.ts'
import { datasetInput, networkInput } from '../library/trainer-inputs.ts'
import type { Store } from '../store/store.ts'
import { wholeEvaluations } from './job-inputs.ts'
import type { Subject } from './main-family.ts'

type CompressionConfig = ConfigOf<'compress' | 'baseline' | 'spectral'>

/** Throws `invalid-config` without a network, `dataset-mismatch` for images it cannot be measured on. */
export async function assertCompressible(
  store: Store,
  config: CompressionConfig,
  { network, dataset }: Subject,
): Promise<{ readonly network: NetworkRecord; readonly graph: Network; readonly dataset: DatasetRecord }> {
  if (network === undefined) {
    throw new AppException({
      code: 'invalid-config',
      message: `A ${familyOf(config).noun} needs a network.`,
      where: 'networkId',
    })
  }
  const graph = await storedNetwork(store.layout, network)
  assertFit(network, graph, dataset)
  assertImages(dataset, 'validation', 1, 'choose on')
  assertImages(dataset, 'test', 1, 'report on')
  return { network, graph, dataset }
}

/** Errors: `not-found`, `file-corrupt`, `invalid-config` for an experiment without a network. */
export async function compressionInputs(store: Store, { networkId, datasetId, name }: ExperimentRecord) {
  if (networkId === undefined) {
    throw new AppException({ code: 'invalid-config', message: `${name} names no network to compress.` })
  }
  return {
    network: await networkInput(store, networkId),
    dataset: await datasetInput(store, datasetId),
    originalEvaluations: wholeEvaluations(store, networkId, datasetId),
  }
}
