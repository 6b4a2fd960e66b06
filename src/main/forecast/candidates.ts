import { learnGroup, type LearntGroup } from '#shared/forecast/accuracy-band.ts'
import { candidateOptions, configsToTry, type CandidateOption } from '#shared/forecast/candidate-options.ts'
import { chooseCandidates } from '#shared/forecast/choose-candidates.ts'
import { lessonOf } from '#shared/forecast/finished-run.ts'
import type { FoundCandidates } from '#shared/forecast/found-candidates.ts'
import { lossGroups, type LossGroup } from '#shared/forecast/lesson.ts'
import { sizesOfParts } from '#shared/package/accounting.ts'
import type { CommandInput } from '#shared/protocol/contract.ts'
import type { NetworkChoice } from '#shared/protocol/commands/compressed-files.ts'
import type { StudioContext } from '../context/studio-context.ts'
import type { TaskReport, Tasks } from '../context/tasks.ts'
import { networkSource } from '../library/network-source.ts'
import type { ExpectedTimes } from '../queue/expected-times.ts'
import type { ResultOf } from '../trainer-host/single-job.ts'
import { finishedRunsOf } from './finished-runs.ts'

export interface CandidatesParts {
  readonly tasks: Tasks
  readonly expectedTimes: ExpectedTimes
  /** The path behind the token of a network file. Throws `not-found`. */
  readonly pathOf: (token: string) => string
}

type Trial = ResultOf<'try-compressions'>

/** What is known of a network, for candidates and for a search among them. */
export interface CandidateGround extends FoundCandidates {
  /** All that was chosen from. */
  readonly options: readonly CandidateOption[]
}

/** Answers of the one knob (docs/knob.md). */
export class Candidates {
  readonly #context: StudioContext
  readonly #parts: CandidatesParts
  /** By what was asked for: trying takes seconds to minutes, and weights do not change. */
  readonly #trials = new Map<string, Trial>()

  constructor(context: StudioContext, parts: CandidatesParts) {
    this.#context = context
    this.#parts = parts
  }

  /** Errors: those of the reader, `not-found`, `cancelled`. */
  async find(input: CommandInput<'candidates.find'>): Promise<FoundCandidates> {
    const { options: _options, ...found } = await this.#parts.tasks.run(input.taskId, (report) =>
      this.groundOf(input, report),
    )
    return found
  }

  /** As `find`, within a task. */
  async groundOf(
    { network, datasetId, limits }: Pick<CommandInput<'candidates.find'>, 'network' | 'datasetId' | 'limits'>,
    report: TaskReport,
  ): Promise<CandidateGround> {
    const trial = await this.#trialOf(network, report)
    const { recognised, tried } = trial
    const originalBytes = sizesOfParts(recognised.shape, []).originalBytes
    const learnt = await this.#learn(trial, datasetId)
    const options = candidateOptions({
      shape: recognised.shape,
      originalBytes,
      tried,
      forecastOf: (group, damage) => learnt[group].forecast(damage),
      mostBytes: limits.bytes,
    })
    const candidates = []
    for (const candidate of chooseCandidates(options, limits)) {
      const seconds = await this.#secondsOf(candidate, trial, network, datasetId)
      candidates.push({ ...candidate, ...(seconds === undefined ? {} : { seconds }) })
    }
    return {
      limits,
      candidates,
      originalBytes,
      smallestBytes: Math.min(...tried.map(({ bytes }) => bytes)),
      options,
    }
  }

  async #trialOf(network: NetworkChoice, report: TaskReport): Promise<Trial> {
    const { store } = this.#context
    const key = JSON.stringify('file' in network ? network : store.networks.get(network.networkId).sha256)
    const known = this.#trials.get(key)
    if (known !== undefined) return known
    const source = await networkSource(store, network, this.#parts.pathOf)
    const { result } = await this.#parts.tasks.runJob(report, {
      kind: 'try-compressions',
      ...source,
      configs: configsToTry(),
    })
    this.#trials.set(key, result)
    return result
  }

  async #learn(
    { recognised }: Trial,
    datasetId: string | undefined,
  ): Promise<Readonly<Record<LossGroup, LearntGroup>>> {
    const { store } = this.#context
    const { sha256, classes, inputShape } = recognised
    const stored = store.networks.list().find((record) => record.sha256 === sha256)
    const measured =
      stored === undefined || datasetId === undefined
        ? undefined
        : store.evaluations.best({ networkId: stored.id }, datasetId, 'validation')
    const network = {
      sha256,
      classes,
      inputSide: Math.max(inputShape.height, inputShape.width),
      // An accuracy that nobody knows is taken for the best: no band is too narrow for it.
      accuracy: measured?.accuracy ?? 1,
    }
    const lessons = (await finishedRunsOf(store)).flatMap((run) => lessonOf(run, sha256) ?? [])
    const groups = lossGroups.map((group) => [group, learnGroup(group, network, lessons)] as const)
    return Object.fromEntries(groups) as Record<LossGroup, LearntGroup> // One of each was just made.
  }

  /** Of a whole run, its final evaluation included; undefined while a part of it was never measured here. */
  async #secondsOf(
    { config, codingSeconds }: CandidateOption,
    { secondsPerPicture }: Trial,
    network: NetworkChoice,
    datasetId: string | undefined,
  ): Promise<number | undefined> {
    if (datasetId === undefined) return codingSeconds
    const networkId = 'networkId' in network ? network.networkId : undefined
    const executor = this.#context.executor()
    const known = networkId && (await this.#parts.expectedTimes.secondsOf({ config, networkId, datasetId }, executor))
    if (typeof known === 'number') return known
    if (codingSeconds === undefined) return undefined
    const { counts } = this.#context.store.datasets.get(datasetId)
    const networks = 2
    return codingSeconds + networks * (counts.validation + counts.test) * secondsPerPicture
  }
}
