import type { ExperimentConfig } from '#shared/experiment/experiment-config.ts'
import { withLeaf } from '#shared/experiment/config-leaves.ts'
import { forkableParameters } from '#shared/experiment/fork.ts'
import { describeParameter, type ParameterDescription } from '#shared/parameters/parameter-catalogue.ts'
import type { CheckpointRecord } from '#shared/protocol/records.ts'
import { parseValues, typedValues } from '../new-experiment/config-editing.ts'
import { forkTexts } from './fork-texts.ts'

export interface ForkField {
  readonly row: ParameterDescription
  /** The least number that is not behind what is done. */
  readonly least: number
}

/** The numbers that a fork at a checkpoint may have otherwise, as they are typed. */
export class ForkForm {
  readonly fields: readonly ForkField[]
  typed = $state<Record<string, string>>({})
  readonly #config: ExperimentConfig

  constructor(config: ExperimentConfig, at: Pick<CheckpointRecord, 'step'> & { readonly totalSteps: number }) {
    this.#config = config
    const values = typedValues(config)
    this.fields = forkableParameters(config, at).flatMap(({ path, least = -Infinity }) => {
      const row = describeParameter(path)
      return row?.control.type === 'number' ? [{ row, least }] : []
    })
    this.typed = Object.fromEntries(this.fields.map(({ row }) => [row.path, String(values[row.path] ?? '')]))
  }

  /** What is wrong with a field, in words for it. */
  problemOf({ row, least }: ForkField): string | undefined {
    const problem = this.#parsed.problems[row.path]
    if (problem !== undefined) return problem
    return Number(this.typed[row.path]) < least ? forkTexts.tooFew(least) : undefined
  }

  get isWrong(): boolean {
    return this.fields.some((field) => this.problemOf(field) !== undefined)
  }

  /** The configuration of the fork: that of its source, with what was typed. */
  get config(): ExperimentConfig {
    const changed = this.fields.reduce<unknown>(
      (config, { row }) => withLeaf(config, row.path, Number(this.typed[row.path])),
      this.#config,
    )
    // A configuration with other numbers in fields that hold numbers; main parses it again.
    return changed as ExperimentConfig
  }

  get #parsed() {
    return parseValues(this.#config.kind, { ...typedValues(this.#config), ...this.typed })
  }
}
