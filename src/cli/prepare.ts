import { parseArgs, type ParseArgsOptionsConfig } from 'node:util'
import { executorChoiceSchema, type ExecutorChoice } from '#shared/protocol/trainer-protocol.ts'
import { UsageError, type Command } from './command.ts'
import { commands } from './commands/index.ts'
import { OptionValues } from './option-values.ts'

const everywhere = {
  json: { type: 'boolean' },
  store: { type: 'string' },
  executor: { type: 'string' },
  provider: { type: 'string' },
  threads: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const satisfies ParseArgsOptionsConfig

/** What a command line asks for, as far as it can be known without a store. */
export interface Prepared {
  readonly positionals: readonly string[]
  readonly options: OptionValues
  /** What `--executor`, `--provider` and `--threads` say. */
  readonly executor: Partial<ExecutorChoice>
}

/** The command with most words that `args` begins with. */
export function findCommand(args: readonly string[]): Command | undefined {
  return commands
    .filter(({ name }) => name.split(' ').every((word, i) => args[i] === word))
    .sort((a, b) => b.name.length - a.name.length)[0]
}

/** All options a command takes, with those that every command takes. */
export function optionsOf(command: Command): ParseArgsOptionsConfig {
  return { ...everywhere, ...command.options }
}

/** Reads a command line that begins with `command`. With `--help` nothing else is needed. Throws `UsageError`. */
export function prepare(command: Command, args: readonly string[]): Prepared {
  const { values, positionals } = parse(command, args.slice(command.name.split(' ').length))
  const options = new OptionValues(values)
  assertNotEmpty(positionals, values)
  if (!options.isSet('help')) assertPositionals(command, positionals)
  return { positionals, options, executor: executorOptions(options) }
}

function parse(command: Command, args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: optionsOf(command), allowPositionals: true, strict: true })
  } catch (cause) {
    // parseArgs throws nothing but complaints about the arguments.
    throw new UsageError(cause instanceof Error ? cause.message : String(cause))
  }
}

function assertPositionals(command: Command, positionals: readonly string[]): void {
  const isVariadic = command.positionals.at(-1)?.endsWith('...') === true
  const isTooMany = !isVariadic && positionals.length > command.positionals.length
  if (positionals.length >= command.positionals.length && !isTooMany) return
  const wanted = command.positionals.length === 0 ? 'no arguments' : command.positionals.join(' ')
  throw new UsageError(`studio ${command.name} takes ${wanted}, got ${positionals.join(' ') || 'none'}.`)
}

/** An empty text comes of a variable that is not set; as a path it would be the current folder. */
function assertNotEmpty(positionals: readonly string[], values: Readonly<Record<string, unknown>>): void {
  const remedy = 'Check the variable or the quotes it comes from.'
  if (positionals.some((text) => text.trim() === '')) throw new UsageError('One of the arguments is empty.', remedy)
  for (const [name, value] of Object.entries(values)) {
    const texts: readonly unknown[] = Array.isArray(value) ? value : [value]
    if (texts.some((text) => typeof text === 'string' && text.trim() === '')) {
      throw new UsageError(`--${name} takes a value, got an empty one.`, remedy)
    }
  }
}

function executorOptions(options: OptionValues): Partial<ExecutorChoice> {
  const executor = options.choice('executor', executorChoiceSchema.shape.executor.options)
  const provider = options.choice('provider', executorChoiceSchema.shape.provider.options)
  const threads = options.integer('threads', 0)
  return {
    ...(executor === undefined ? {} : { executor }),
    ...(provider === undefined ? {} : { provider }),
    ...(threads === undefined ? {} : { threads }),
  }
}
