import { UsageError } from './command.ts'

type ParsedValue = string | boolean | readonly (string | boolean)[] | undefined

/** The options of one invocation, each with the type it is asked for. */
export class OptionValues {
  readonly #values: Readonly<Record<string, ParsedValue>>

  constructor(values: Readonly<Record<string, ParsedValue>>) {
    this.#values = values
  }

  text(name: string): string | undefined {
    const value = this.#values[name]
    return typeof value === 'string' ? value : undefined
  }

  /** Throws `UsageError` when it was not given. */
  neededText(name: string): string {
    const value = this.text(name)
    if (value === undefined) throw new UsageError(`--${name} is needed.`)
    return value
  }

  /** Throws `UsageError` unless it is a whole number of at least `minimum`. */
  integer(name: string, minimum: number): number | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    const number = Number(value)
    if (value.trim() !== '' && Number.isSafeInteger(number) && number >= minimum) return number
    throw new UsageError(`--${name} takes a whole number of at least ${minimum}, got ${value}.`)
  }

  /** Throws `UsageError` unless it is one of `choices`. */
  choice<T extends string>(name: string, choices: readonly T[]): T | undefined {
    const value = this.text(name)
    if (value === undefined) return undefined
    const choice = choices.find((candidate) => candidate === value)
    if (choice !== undefined) return choice
    throw new UsageError(`--${name} takes ${choices.join(', ')}, got ${value}.`)
  }

  list(name: string): readonly string[] {
    const value = this.#values[name]
    return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : []
  }

  isSet(name: string): boolean {
    return this.#values[name] === true
  }
}
