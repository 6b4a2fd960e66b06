import { evaluationBatch, secondsOf, type PlannedImages, type SecondsByStage } from '#shared/experiment/stages.ts'
import type { ExperimentConfig } from '#shared/experiment/experiment-config.ts'
import { familyOf } from '#shared/experiment/families.ts'
import { pacesOf, stageKey, stageSubject } from '#shared/experiment/stage-times.ts'
import { isTop5Measured } from '#shared/measures/top-5.ts'
import type { DatasetRecord, NetworkRecord } from '#shared/protocol/records.ts'
import type { ExecutorChoice } from '#shared/protocol/trainer-protocol.ts'
import { sha256Of } from '../files/sha256.ts'
import { storedNetwork } from '../library/network-content.ts'
import type { StudioContext } from '../context/studio-context.ts'
import type { Store } from '../store/store.ts'
import type { Places } from './places.ts'

/** A run that has not begun. */
export interface PlannedWork {
  readonly config: ExperimentConfig
  readonly networkId?: string | undefined
  readonly datasetId: string
}

/** How long a run will take, from what earlier runs measured on this machine. */
export class ExpectedTimes {
  readonly #store: Store
  readonly #places: Places
  /** Images a run of the evaluation program, by network: reading the graph of an imported one takes a while. */
  readonly #batches = new Map<string, number>()

  constructor({ store, places }: Pick<StudioContext, 'store' | 'places'>) {
    this.#store = store
    this.#places = places
  }

  /**
   * Seconds of a whole run in one place of this machine, where `executor` leaves the threads to it; undefined where a part of it has never been
   * measured here, or its records are gone.
   */
  async secondsOf(work: PlannedWork, executor: ExecutorChoice): Promise<number | undefined> {
    const { config, networkId, datasetId } = work
    const network = networkId === undefined ? undefined : this.#store.networks.find(networkId)
    const dataset = this.#store.datasets.find(datasetId)
    if (dataset === undefined || (networkId !== undefined && network === undefined)) return undefined
    const stages = familyOf(config).stages(config, await this.#imagesOf(network, dataset))
    const timed = { config, network }
    const kept: SecondsByStage = this.#store.stageTimes.of(this.#places.executorOfPlace(executor), stageSubject(timed))
    return secondsOf(stages, pacesOf(stages, stageKey(timed, sha256Of), kept))
  }

  async #imagesOf(network: NetworkRecord | undefined, dataset: DatasetRecord): Promise<PlannedImages> {
    const { counts, imageShape } = dataset
    const [, height, width] = imageShape
    const batch = network === undefined ? evaluationBatch({ height, width }) : await this.#batchOf(network)
    const unmeasured = (['validation', 'test'] as const).filter((split) => {
      const best = network && this.#store.evaluations.best({ networkId: network.id }, dataset.id, split)
      const isWhole = best?.total === counts[split]
      return !isWhole || isTop5Measured(dataset.classNames.length) !== (best.correctTop5 !== undefined)
    })
    return { ...counts, batch, unmeasured }
  }

  async #batchOf(network: NetworkRecord): Promise<number> {
    const known = this.#batches.get(network.id)
    if (known !== undefined) return known
    const { inputShape } = await storedNetwork(this.#store.layout, network)
    const batch = evaluationBatch(inputShape)
    this.#batches.set(network.id, batch)
    return batch
  }
}
