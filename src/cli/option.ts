/**
 * Options of commands, described once: the description parses the option, types its value for the command, and is its
 * line in the help.
 */
import { Option as CommanderOption } from 'commander'
import { UsageError } from './usage-error.ts'

/** An option with values of type `T`; undefined in `T` stands for an option that was not given. */
export interface Option<T> {
  /** As the parser takes it. @param name as it is typed, without dashes in front */
  readonly forParser: (name: string) => CommanderOption
  /** Never set: it carries `T` to `ValuesOf`. */
  readonly valueType?: () => T
}

/** Options by the names that commands know them by; `dryRun` is typed as `--dry-run`. */
export type OptionTable = Readonly<Record<string, Option<unknown>>>

/** What a command gets of its options. */
export type ValuesOf<O extends OptionTable> = {
  readonly [K in keyof O]: O[K] extends Option<infer T> ? T : never
}

/** @param value what stands for the text in the help, such as `FILE` */
export function text(value: string, about: string): Option<string | undefined> {
  return reading(value, about, (given) => given)
}

/** A whole number of at least `minimum`. */
export function wholeNumber(value: string, minimum: number, about: string): Option<number | undefined> {
  return reading(value, about, (given, flag) => {
    const number = Number(given)
    if (Number.isSafeInteger(number) && number >= minimum) return number
    throw new UsageError(`${flag} takes a whole number of at least ${minimum}, got ${given}.`)
  })
}

/** Any number above 0; the configuration it goes into knows its range. */
export function positiveNumber(value: string, about: string): Option<number | undefined> {
  return reading(value, about, (given, flag) => {
    const number = Number(given)
    if (Number.isFinite(number) && number > 0) return number
    throw new UsageError(`${flag} takes a number above 0, got ${given}.`)
  })
}

const byteUnits: Readonly<Record<string, number>> = { '': 1, b: 1, kb: 1000, kib: 1024, mb: 1e6, mib: 1024 ** 2 }

/** Bytes, at least one: `65536`, `100KiB`, `0.5 MB`. */
export function byteCount(value: string, about: string): Option<number | undefined> {
  return reading(value, about, (given, flag) => {
    const [, digits = '', unit = ''] = /^([\d.]+)\s*([a-z]*)$/i.exec(given.trim()) ?? []
    const bytes = Math.floor(Number(digits) * (byteUnits[unit.toLowerCase()] ?? NaN))
    if (digits !== '' && Number.isSafeInteger(bytes) && bytes >= 1) return bytes
    throw new UsageError(`${flag} takes bytes, such as 65536, 100KiB or 0.5MB, got ${given}.`)
  })
}

/** One of `choices`, which the help lists. */
export function oneOf<T extends string>(value: string, choices: readonly T[], about: string): Option<T | undefined> {
  const option = reading(value, about, (given, flag) => {
    const chosen = choices.find((candidate) => candidate === given)
    if (chosen !== undefined) return chosen
    throw new UsageError(`${flag} takes ${choices.join(', ')}, got ${given}.`)
  })
  return changed(option, (parser) => {
    parser.argChoices = [...choices]
  })
}

/** Values between commas. @param parse reads one of them; `flag` is the option as typed */
export function listOf<T>(
  value: string,
  about: string,
  parse: (part: string, flag: string) => T,
): Option<readonly T[] | undefined> {
  return reading(value, about, (given, flag) => given.split(',').map((part) => parse(part.trim(), flag)))
}

/** A text that may be given several times. */
export function repeatedText(value: string, about: string): Option<readonly string[]> {
  return {
    forParser: (name) =>
      new CommanderOption(`--${name} <${value}>`, about)
        .default([])
        .argParser((given: string, earlier: readonly string[]) => [...earlier, notEmpty(given, `--${name}`)]),
  }
}

/** Something that is done when asked for. */
export function onRequest(about: string): Option<boolean> {
  return { forParser: (name) => new CommanderOption(`--${name}`, about).default(false) }
}

/** Something that is done unless it is refused: the option `probe` is typed as `--no-probe`. */
export function unlessRefused(about: string): Option<boolean> {
  return { forParser: (name) => new CommanderOption(`--no-${name}`, about) }
}

/** The same option, which has to be given. */
export function needed<T>(option: Option<T>): Option<Exclude<T, undefined>> {
  return changed<Exclude<T, undefined>>(option, (parser) => parser.makeOptionMandatory())
}

/** The same option with what the command gets where it was not given. */
export function withDefault<T>(
  option: Option<T | undefined>,
  value: NoInfer<Exclude<T, undefined>>,
): Option<Exclude<T, undefined>> {
  return changed<Exclude<T, undefined>>(option, (parser) => parser.default(value))
}

/** The same option; the help tells a default that is chosen further in. */
export function toldDefault<T>(option: Option<T>, told: string): Option<T> {
  return changed<T>(option, (parser) => {
    parser.defaultValueDescription = told
  })
}

/** All options of a table as the parser takes them. */
export function parserOptions(table: OptionTable): readonly CommanderOption[] {
  return Object.entries(table).map(([key, option]) =>
    option.forParser(key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)),
  )
}

/** An empty text comes of a variable that is not set; as a path it would be the current folder. Throws `UsageError`. */
export function notEmpty(given: string, what: string): string {
  if (given.trim() !== '') return given
  throw new UsageError(`${what} takes a value, got an empty one.`, 'Check the variable or the quotes it comes from.')
}

function reading<T>(value: string, about: string, parse: (given: string, flag: string) => T): Option<T | undefined> {
  return {
    forParser: (name) =>
      new CommanderOption(`--${name} <${value}>`, about).argParser((given: string) =>
        parse(notEmpty(given, `--${name}`), `--${name}`),
      ),
  }
}

function changed<T>(option: Option<unknown>, change: (parser: CommanderOption) => void): Option<T> {
  return {
    forParser: (name) => {
      const parser = option.forParser(name)
      change(parser)
      return parser
    },
  }
}
