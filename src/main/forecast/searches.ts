import type { CommandInput } from '#shared/protocol/contract.ts'
import { presentExperiment } from '#shared/experiment/present-experiment.ts'
import {
  attemptUnderWay,
  judgeAttempt,
  planAttempts,
  type SearchAttempt,
  type SearchRecord,
  type SearchStatus,
} from '#shared/forecast/search.ts'
import { formatNoCandidates } from '#shared/plain-text/candidates.ts'
import { isPackaged, type ExperimentRecord } from '#shared/protocol/records.ts'
import { AppException, toAppError } from '#shared/basics/result.ts'
import { timestamp } from '../basics/clock.ts'
import { newId } from '../basics/new-id.ts'
import type { StudioContext } from '../context/studio-context.ts'
import type { Tasks } from '../context/tasks.ts'
import type { Queue } from '../queue/queue.ts'
import type { Candidates } from './candidates.ts'

export interface SearchesParts {
  readonly tasks: Tasks
  readonly queue: Queue
  readonly candidates: Candidates
  readonly createExperiment: (input: CommandInput<'experiments.create'>) => Promise<ExperimentRecord>
}

/**
 * Searches for a compression within limits. An attempt is an ordinary experiment of the queue; when it has ended, the next
 * one is made, until the first fits. A search ends with the studio. Its experiments are all it knows: they stay, and another
 * search takes up those that are there.
 */
export class Searches {
  readonly #context: StudioContext
  readonly #parts: SearchesParts
  /** By id, oldest first. */
  readonly #searches = new Map<string, SearchRecord>()
  /** Ends of the steps under way, by search: each step begins where the one before it ended. */
  readonly #turns = new Map<string, Promise<void>>()

  constructor(context: StudioContext, parts: SearchesParts) {
    this.#context = context
    this.#parts = parts
    context.events.on('experiment-changed', ({ id }) => {
      for (const search of this.#searchesAt([id])) this.#advanceSoon(search.id)
    })
    context.events.on('experiments-removed', ({ ids }) => {
      for (const { id } of this.#searchesAt(ids)) this.#save(id, { status: 'cancelled' })
    })
  }

  /** Newest first. */
  list(): readonly SearchRecord[] {
    return [...this.#searches.values()].toReversed()
  }

  /** Errors: those of `candidates.find`, `invalid-argument` where nothing can be tried, `dataset-mismatch`. */
  async start({ taskId, ...input }: CommandInput<'candidates.search'>): Promise<SearchRecord> {
    const { networkId, datasetId, limits } = input
    const { tasks, candidates } = this.#parts
    const ground = await tasks.run(taskId, (report) =>
      candidates.groundOf({ network: { networkId }, datasetId, limits }, report),
    )
    const attempts = planAttempts(ground.candidates, ground.options, limits)
    if (attempts.length === 0) {
      throw new AppException({
        code: 'invalid-argument',
        message: formatNoCandidates(ground),
        where: 'limits',
        remedy: 'Allow a larger file.',
      })
    }
    const id = newId('search')
    const createdAt = timestamp(this.#context.clock)
    this.#searches.set(id, { id, networkId, datasetId, limits, status: 'searching', attempts, createdAt })
    try {
      await this.#advanceInTurn(id)
    } catch (thrown) {
      this.#searches.delete(id)
      throw thrown
    }
    return this.#get(id)
  }

  /** Ends a search and the experiment under way; what it has made stays. Errors: `not-found`. */
  cancel(id: string): SearchRecord {
    const search = this.#get(id)
    if (search.status !== 'searching') return search
    const experimentId = attemptUnderWay(search)?.experimentId
    this.#save(id, { status: 'cancelled' })
    if (experimentId !== undefined) this.#parts.queue.apply([experimentId], 'cancel')
    return this.#get(id)
  }

  #get(id: string): SearchRecord {
    const search = this.#searches.get(id)
    if (search !== undefined) return search
    throw new AppException({
      code: 'not-found',
      message: 'This search is no longer known: searches end with the studio.',
      where: id,
      remedy: 'Start it again; it takes up the experiments that are there.',
    })
  }

  /** That wait for one of these experiments. */
  #searchesAt(experimentIds: readonly string[]): readonly SearchRecord[] {
    return [...this.#searches.values()].filter((search) => {
      const experimentId = attemptUnderWay(search)?.experimentId
      return experimentId !== undefined && experimentIds.includes(experimentId)
    })
  }

  #advanceSoon(id: string): void {
    this.#advanceInTurn(id).catch((thrown: unknown) => {
      this.#context.log('tasks', 'error', `A search has ended: ${toAppError(thrown).message}`)
      this.#save(id, { status: 'cancelled' })
    })
  }

  #advanceInTurn(id: string): Promise<void> {
    const before = this.#turns.get(id) ?? Promise.resolve()
    const turn = before.then(() => this.#advance(id))
    this.#turns.set(
      id,
      turn.catch(() => {}),
    )
    return turn
  }

  /** As far as the experiments have come. */
  async #advance(id: string): Promise<void> {
    for (let search = this.#get(id); search.status === 'searching'; search = this.#get(id)) {
      const attempt = attemptUnderWay(search)
      if (attempt === undefined) return this.#save(id, { status: 'exhausted' })
      if (attempt.experimentId === undefined) {
        const experimentId = await this.#experimentOf(search, attempt)
        this.#replace(search, attempt, { ...attempt, experimentId })
        continue
      }
      const end = this.#endOf(attempt.experimentId, search)
      if (end === undefined) return
      if (end === 'cancelled') return this.#save(id, { status: 'cancelled' })
      const isFit = end.kind === 'measured' && end.isFit
      this.#replace(search, attempt, { ...attempt, outcome: end }, isFit ? 'fitted' : 'searching')
    }
  }

  /** One with this configuration that is there already, or a new one. */
  async #experimentOf({ networkId, datasetId }: SearchRecord, { config }: SearchAttempt): Promise<string> {
    const { items } = this.#context.store.experiments.list()
    const present = presentExperiment(items, config, { networkId, datasetId })
    if (present !== undefined) return present.id
    const { id } = await this.#parts.createExperiment({ config, networkId, datasetId, enqueue: true })
    return id
  }

  /** Undefined while the experiment goes on. */
  #endOf(experimentId: string, { limits }: SearchRecord): SearchAttempt['outcome'] | 'cancelled' {
    const { status, latestRun } = this.#context.store.experiments.get(experimentId)
    if (status === 'cancelled') return 'cancelled'
    if (status === 'failed') return { kind: 'failed', message: latestRun?.error?.message ?? 'The run failed.' }
    const result = latestRun?.result
    if (status !== 'completed' || !isPackaged(result)) return undefined
    return judgeAttempt(result, limits) ?? { kind: 'failed', message: 'The run was not measured on validation images.' }
  }

  #replace(
    { id, attempts }: SearchRecord,
    old: SearchAttempt,
    attempt: SearchAttempt,
    status: SearchStatus = 'searching',
  ): void {
    this.#save(id, { status, attempts: attempts.map((one) => (one === old ? attempt : one)) })
  }

  /** A search that was cancelled meanwhile stays so. */
  #save(id: string, changes: Partial<Pick<SearchRecord, 'status' | 'attempts'>>): void {
    const known = this.#get(id)
    const changed = { ...known, ...changes, ...(known.status === 'searching' ? {} : { status: known.status }) }
    this.#searches.set(id, changed)
    this.#context.events.emit('search-changed', changed)
  }
}
