import { networkShape } from '#networks/network-shape.ts'
import { AppException, unwrap } from '#shared/basics/result.ts'
import { configDigest } from '#shared/experiment/config-digest.ts'
import { expandSweep, type ExpandedSweep, type SweepRun } from '#shared/experiment/sweep/expand-sweep.ts'
import { runName, sweepName } from '#shared/experiment/sweep/run-name.ts'
import type { Sweep } from '#shared/experiment/sweep/sweep.ts'
import { outlookOf } from '#shared/experiment/sweep/sweep-outlook.ts'
import { isEnded, type ExperimentStatus } from '#shared/experiment/status-machine.ts'
import type { BatchDetail, BatchRecord, BatchTimeLeft, PlannedSweep } from '#shared/protocol/commands/batches.ts'
import type { CommandInput } from '#shared/protocol/contract.ts'
import type { NetworkShape } from '#shared/package/accounting.ts'
import type { StudioContext } from '../context/studio-context.ts'
import { mainFamilyOf } from '../families/table.ts'
import { storedNetwork } from '../library/network-content.ts'
import { uniqueName } from '../library/unique-name.ts'
import type { ExpectedTimes } from '../queue/expected-times.ts'
import type { Queue } from '../queue/queue.ts'
import type { PlannedMember } from '../store/batches.ts'
import { batchTable } from './batch-table.ts'

export interface BatchParts {
  readonly queue: Queue
  readonly expectedTimes: ExpectedTimes
  /** Moves experiments to the trash as their own command does. Errors: `conflict` where one runs. */
  readonly trashExperiments: (ids: readonly string[]) => Promise<unknown>
}

/** Batches of experiments: planned, made, and acted on as one. */
export class Batches {
  readonly #context: StudioContext
  readonly #parts: BatchParts

  constructor(context: StudioContext, parts: BatchParts) {
    this.#context = context
    this.#parts = parts
    const { events, store } = context
    // A batch is listed as long as one of its experiments is, and gone with the last of them.
    events.on('trash-changed', () => {
      store.batches.removeEmpty()
      this.#announce()
    })
  }

  /** What a sweep would take. Errors: `invalid-config`, `not-found`. */
  async plan(sweep: Sweep): Promise<PlannedSweep> {
    const expanded = unwrap(expandSweep(sweep))
    const shapes = new Map<string, NetworkShape>()
    const { store } = this.#context
    for (const id of sweep.networkIds) {
      shapes.set(id, networkShape(await storedNetwork(store.layout, store.networks.get(id))))
    }
    const [first] = expanded.runs
    return {
      ...outlookOf(expanded, (id) => shapes.get(id), await this.#secondsOf(sweep, expanded)),
      firstName: first === undefined ? '' : this.#nameOf(first),
    }
  }

  /** Makes the experiments of a sweep, all or none. Errors: `invalid-config`, `not-found`, `dataset-mismatch`. */
  async create({ name, sweep, executor, place, enqueue }: CommandInput<'batches.create'>): Promise<BatchDetail> {
    const { store } = this.#context
    const { runs } = unwrap(expandSweep(sweep))
    if (place !== undefined) store.clusters.get(place)
    await this.#assertRunnable(sweep, runs)
    const { datasetId } = sweep
    const names = new Set<string>()
    const { batch, ids } = store.transaction(() => {
      const record = store.batches.insert(name ?? this.#batchName(sweep))
      const made = runs.map((run) => {
        const wanted = this.#nameOf(run)
        const experimentName = uniqueName(wanted, [...store.experiments.namesBeginning(wanted), ...names])
        const { config, networkId } = run
        const experiment = store.experiments.insert({
          name: experimentName,
          config,
          datasetId,
          batchId: record.id,
          ...(networkId === undefined ? {} : { networkId }),
          ...(executor === undefined ? {} : { executor }),
          ...(place === undefined ? {} : { place }),
        })
        if (enqueue) store.experiments.transition(experiment.id, 'enqueue', 'draft')
        return experiment.id
      })
      return { batch: record, ids: made }
    })
    this.#announce()
    this.#parts.queue.announce(ids)
    this.#parts.queue.dispatch()
    return this.detail(batch.id)
  }

  /** Errors: `not-found`. */
  detail(id: string): BatchDetail {
    const { store } = this.#context
    const record = store.batches.get(id)
    const nameOf = (key: string) => store.networks.find(key)?.name ?? store.datasets.find(key)?.name ?? key
    return { record, ...batchTable(store.batches.plannedMembers(id), nameOf) }
  }

  /** Of the members that have not ended. Errors: `not-found`. */
  async timeLeft(id: string): Promise<BatchTimeLeft> {
    const { store } = this.#context
    const open = new Map(store.batches.members(id).map((member) => [member.id, member.status]))
    let seconds = 0
    let unmeasured = 0
    for (const member of store.batches.plannedMembers(id)) {
      const left = await this.#secondsLeft(member, open.get(member.id))
      if (left === undefined) unmeasured++
      else seconds += left
    }
    const usual = this.#meanSeconds(id)
    if (usual === undefined) return { seconds, likeOthers: 0, unknown: unmeasured }
    return { seconds: seconds + unmeasured * usual, likeOthers: unmeasured, unknown: 0 }
  }

  /** Of the completed members; undefined before there is one. */
  #meanSeconds(id: string): number | undefined {
    const { store } = this.#context
    const seconds = store.batches
      .members(id)
      .filter(({ status }) => status === 'completed')
      .flatMap((member) => store.experiments.summary(member.id).outcome.seconds ?? [])
    return seconds.length === 0 ? undefined : seconds.reduce((sum, value) => sum + value, 0) / seconds.length
  }

  /** Errors: `not-found`. */
  rename(id: string, name: string): BatchRecord {
    const renamed = this.#context.store.batches.rename(id, name)
    this.#announce()
    return renamed
  }

  /** To the trash, with its members, which bring it back. Errors: `not-found`, `conflict` while one of them runs. */
  async remove(id: string): Promise<readonly string[]> {
    const ids = this.#context.store.batches.members(id).map((member) => member.id)
    if (ids.length > 0) await this.#parts.trashExperiments(ids)
    return ids
  }

  /** Applies an action to the members in one of `statuses`. Errors: `not-found`, `conflict` where there is none. */
  act(id: string, action: 'pause' | 'cancel' | 'retry', statuses: readonly ExperimentStatus[]): void {
    const { store } = this.#context
    const ids = this.#membersIn(id, statuses)
    if (ids.length === 0) throw nothingTo(action, store.batches.get(id), statuses)
    this.#parts.queue.apply(ids, action)
  }

  /** Puts what is paused back into the queue, and queues drafts. Errors: `not-found`, `conflict` where there is none. */
  resume(id: string): void {
    const { queue } = this.#parts
    const paused = this.#membersIn(id, ['paused'])
    const drafts = this.#membersIn(id, ['draft'])
    if (paused.length + drafts.length === 0) {
      throw nothingTo('resume', this.#context.store.batches.get(id), ['paused', 'draft'])
    }
    // What is resumed goes to the front, one before the other: the last one first keeps their order.
    if (paused.length > 0) queue.apply(paused.toReversed(), 'resume')
    if (drafts.length > 0) queue.apply(drafts, 'enqueue')
  }

  #membersIn(id: string, statuses: readonly ExperimentStatus[]): readonly string[] {
    const members = this.#context.store.batches.members(id)
    return members.filter(({ status }) => statuses.includes(status)).map((member) => member.id)
  }

  async #secondsLeft(member: PlannedMember, status: ExperimentStatus | undefined): Promise<number | undefined> {
    if (status === undefined || isEnded(status)) return 0
    const { latestRun } = this.#context.store.experiments.summary(member.id)
    const isUnderWay = status === 'running' || status === 'paused'
    if (isUnderWay && latestRun?.remainingSeconds !== undefined) return latestRun.remainingSeconds
    return this.#parts.expectedTimes.secondsOf(member, this.#context.executor())
  }

  async #assertRunnable({ datasetId }: Sweep, runs: readonly SweepRun[]): Promise<void> {
    const { store } = this.#context
    const dataset = store.datasets.get(datasetId)
    for (const { config, networkId } of runs) {
      const network = networkId === undefined ? undefined : store.networks.get(networkId)
      await mainFamilyOf(config).assertRunnable(store, config, { network, dataset })
    }
  }

  async #secondsOf({ datasetId }: Sweep, { runs }: ExpandedSweep): Promise<readonly (number | undefined)[]> {
    const executor = this.#context.executor()
    /** A seed costs no time: runs that differ in nothing else take as long. */
    const known = new Map<string, number | undefined>()
    const seconds: (number | undefined)[] = []
    for (const { config, networkId } of runs) {
      const key = `${networkId ?? ''} ${configDigest({ ...config, seed: 0 })}`
      if (!known.has(key)) {
        known.set(key, await this.#parts.expectedTimes.secondsOf({ config, networkId, datasetId }, executor))
      }
      seconds.push(known.get(key))
    }
    return seconds
  }

  #nameOf(run: SweepRun): string {
    const { networkId } = run
    return runName(run, networkId === undefined ? '' : this.#context.store.networks.get(networkId).name)
  }

  #batchName(sweep: Sweep): string {
    const { store } = this.#context
    return uniqueName(
      sweepName(sweep, (id) => store.networks.get(id).name),
      store.batches.list().map(({ name }) => name),
    )
  }

  #announce(): void {
    const { events, store } = this.#context
    events.emit('batches-changed', { batches: store.batches.list() })
  }
}

function nothingTo(action: string, { name }: BatchRecord, statuses: readonly ExperimentStatus[]): AppException {
  return new AppException({
    code: 'conflict',
    message: `${name} has nothing to ${action}: none of its experiments is ${statuses.join(' or ')}.`,
    remedy: 'Look at its present state and choose again.',
  })
}
