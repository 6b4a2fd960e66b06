import type { ExperimentConfig } from '#shared/experiment/experiment-config.ts'
import { withLeaf } from '#shared/experiment/config-leaves.ts'
import { forkableParameters } from '#shared/experiment/fork.ts'
import { describeParameter, type ParameterDescription } from '#shared/parameters/parameter-catalogue.ts'
import type { TypedValues } from '../../families/window-family.ts'
import { windowFamilyOf } from '../../families/table.ts'
import type { CheckpointRecord } from '#shared/protocol/records.ts'
import { parseValues, typedValues } from '../new-experiment/config-editing.ts'
import { forkTexts } from './fork-texts.ts'

export interface ForkField {
  readonly row: ParameterDescription
  /** The least number that is not behind what is done. */
  readonly least: number
}

/** What a fork at a checkpoint may have otherwise, as it is typed. */
export class ForkForm {
  readonly #all: readonly ForkField[]
  #typed = $state.raw<TypedValues>({})
  readonly #config: ExperimentConfig

  constructor(config: ExperimentConfig, at: Pick<CheckpointRecord, 'step'> & { readonly totalSteps: number }) {
    this.#config = config
    this.#typed = typedValues(config)
    this.#all = forkableParameters(config, at).flatMap(({ path, least = -Infinity }) => {
      const row = describeParameter(path)
      return row === undefined ? [] : [{ row, least }]
    })
  }

  /** Those that have an effect while the others are as they are typed, and those that have to be corrected. */
  get fields(): readonly ForkField[] {
    const { hasEffect } = windowFamilyOf(this.#config).form
    return this.#all.filter((field) => hasEffect(field.row, this.#typed) || this.problemOf(field) !== undefined)
  }

  valueOf({ row }: ForkField): string | boolean {
    return this.#typed[row.path] ?? ''
  }

  put({ row }: ForkField, value: string | boolean): void {
    this.#typed = { ...this.#typed, [row.path]: value }
  }

  /** What is wrong with a field, in words for it. */
  problemOf({ row, least }: ForkField): string | undefined {
    const problem = this.#parsed.problems[row.path]
    if (problem !== undefined) return problem
    return Number(this.#typed[row.path]) < least ? forkTexts.tooFew(least) : undefined
  }

  get isWrong(): boolean {
    return this.#all.some((field) => this.problemOf(field) !== undefined)
  }

  /** The configuration of the fork: that of its source, with what was typed. */
  get config(): ExperimentConfig {
    const changed = this.#all.reduce<unknown>((config, field) => {
      const value = this.valueOf(field)
      return withLeaf(config, field.row.path, field.row.control.type === 'number' ? Number(value) : value)
    }, this.#config)
    // A configuration with other values of the same types; main parses it again.
    return changed as ExperimentConfig
  }

  get #parsed() {
    return parseValues(this.#config.kind, this.#typed)
  }
}
