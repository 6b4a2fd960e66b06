import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import { ok, type Result } from '#shared/basics/result.ts'
import type { DatasetRecord, NetworkRecord } from '#shared/protocol/records.ts'
import type { WindowStudio } from '../../state/studio.svelte.ts'
import { homeTexts } from './texts.ts'

/**
 * Brings the shipped network and CIFAR-10 into the library when they are missing, starts the fast preset on them and
 * opens its run. Failures are told in a toast; what was imported stays, so trying again goes on from there.
 */
export async function startSample(studio: WindowStudio, onDoing: (text: string) => void): Promise<void> {
  onDoing(homeTexts.copyingNetwork)
  const network = await sampleNetwork(studio)
  if (!network.ok) return studio.toasts.fail(homeTexts.copyFailure, network.error)
  onDoing(homeTexts.fetchingDataset)
  const dataset = await cifar10(studio)
  if (!dataset.ok) return studio.toasts.fail(homeTexts.fetchFailure, dataset.error)
  onDoing(homeTexts.startingSample)
  const created = await studio.act(homeTexts.startFailure, 'experiments.create', {
    config: fastConfig,
    networkId: network.value.id,
    datasetId: dataset.value.id,
    enqueue: true,
  })
  if (created !== undefined) studio.router.open({ name: 'run', experimentId: created.value.id })
}

async function sampleNetwork(studio: WindowStudio): Promise<Result<NetworkRecord>> {
  const known = studio.library.networks.value?.find(({ origin }) => origin.kind === 'sample')
  if (known !== undefined) return ok(known)
  return studio.tasks.run(homeTexts.copyingNetwork, (taskId) =>
    studio.ask('networks.import', { taskId, file: 'sample' }),
  )
}

async function cifar10(studio: WindowStudio): Promise<Result<DatasetRecord>> {
  const known = studio.library.datasets.value?.find(({ kind }) => kind === 'cifar10')
  if (known !== undefined) return ok(known)
  return studio.tasks.run(homeTexts.fetchingDataset, (taskId) =>
    studio.ask('datasets.import', { taskId, file: 'cifar10' }),
  )
}
