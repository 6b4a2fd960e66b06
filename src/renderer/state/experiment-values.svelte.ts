import type { FieldValue } from '#shared/experiment/experiment-query.ts'
import type { ExperimentSummary } from '#shared/experiment/experiment-summary.ts'
import type { AppError } from '#shared/basics/result.ts'
import type { StudioApi } from '#shared/protocol/contract.ts'
import { ask } from './client.ts'

/** By field, then by the id of the experiment. */
export type ValuesByField = ReadonlyMap<string, ReadonlyMap<string, FieldValue>>

/**
 * What lists do not carry: values of configurations and metrics, asked of the store for the columns that show them. Only
 * experiments that changed are asked about again.
 */
export class ExperimentValues {
  readonly #api: StudioApi
  #byField = $state.raw<ValuesByField>(new Map())
  #error = $state.raw<AppError>()
  /** Of each field, the summaries that its values belong to. */
  readonly #known = new Map<string, Map<string, ExperimentSummary>>()
  #isAsking = false
  #wanted: { readonly experiments: readonly ExperimentSummary[]; readonly fields: readonly string[] } | undefined

  constructor(api: StudioApi) {
    this.#api = api
  }

  get byField(): ValuesByField {
    return this.#byField
  }

  /** Why the last question has no answer. */
  get error(): AppError | undefined {
    return this.#error
  }

  /** Sees to it that these fields are known of these experiments; one question at a time, the last one counts. */
  async want(experiments: readonly ExperimentSummary[], fields: readonly string[]): Promise<void> {
    this.#wanted = { experiments, fields }
    if (this.#isAsking) return
    this.#isAsking = true
    try {
      while (this.#wanted !== undefined) {
        const wanted: { experiments: readonly ExperimentSummary[]; fields: readonly string[] } = this.#wanted
        this.#wanted = undefined
        for (const field of wanted.fields) if (!(await this.#update(field, wanted.experiments))) return
      }
    } finally {
      this.#isAsking = false
    }
  }

  async #update(field: string, experiments: readonly ExperimentSummary[]): Promise<boolean> {
    const known = this.#known.get(field) ?? new Map<string, ExperimentSummary>()
    const stale = experiments.filter((experiment) => known.get(experiment.id) !== experiment)
    if (stale.length === 0) return true
    const answer = await ask(this.#api, 'experiments.values', { ids: stale.map(({ id }) => id), fields: [field] })
    this.#error = answer.ok ? undefined : answer.error
    if (!answer.ok) return false
    const values = new Map(this.#byField.get(field))
    stale.forEach((experiment, index) => {
      known.set(experiment.id, experiment)
      values.set(experiment.id, answer.value[field]?.[index] ?? null)
    })
    this.#known.set(field, known)
    this.#byField = new Map(this.#byField).set(field, values)
    return true
  }
}
