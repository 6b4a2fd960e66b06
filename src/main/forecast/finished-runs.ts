import type { FinishedRun } from '#shared/forecast/finished-run.ts'
import { recordedRuns } from '#shared/forecast/recorded-runs.ts'
import { familyOf } from '#shared/experiment/families.ts'
import { isPackaged, type ExperimentRecord, type NetworkRecord } from '#shared/protocol/records.ts'
import { storedNetwork } from '../library/network-content.ts'
import type { Store } from '../store/store.ts'

/** Experiments of the store that are read at most, the newest: reading one costs a fraction of a millisecond. */
const mostExperiments = 1000

/** All finished compressions there are to learn from: those of the store, and those that the studio comes with. */
export async function finishedRunsOf(store: Store): Promise<readonly FinishedRun[]> {
  const networks = new Map<string, FinishedRun['network']>()
  const runs: FinishedRun[] = []
  const filter = { type: 'among', field: 'status', values: ['completed'] } as const
  const { items } = store.experiments.list({ filter, limit: mostExperiments })
  for (const { id, networkId, problem } of items) {
    const record = networkId === undefined ? undefined : store.networks.find(networkId)
    if (record === undefined || problem !== undefined) continue
    const network = networks.get(record.id) ?? (await likenessOf(store, record))
    networks.set(record.id, network)
    runs.push(...finishedRun(store.experiments.get(id), network))
  }
  return [...runs, ...recordedRuns]
}

function finishedRun({ config, latestRun }: ExperimentRecord, network: FinishedRun['network']): readonly FinishedRun[] {
  const group = familyOf(config).lossGroup(config)
  const result = latestRun?.result
  if (group === undefined || !isPackaged(result)) return []
  const { sizes, distortion, accuracies } = result
  return [{ network, group, ratio: sizes.compressionRatio, distortion, accuracies }]
}

async function likenessOf(store: Store, record: NetworkRecord): Promise<FinishedRun['network']> {
  const { inputShape } = await storedNetwork(store.layout, record)
  return {
    sha256: record.sha256,
    title: record.name,
    classes: record.classes,
    inputSide: Math.max(inputShape.height, inputShape.width),
    // What was trained here, as the sample was, was trained without them.
    mayKnowValidation: record.origin.kind === 'imported',
  }
}
