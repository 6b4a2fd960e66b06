/** From the words of a command line to the command they ask for, or to its help. */
import { Argument, Command as Parser, CommanderError, Option as ParserOption } from 'commander'
import type { ExecutorChoice } from '#shared/protocol/trainer-protocol.ts'
import type { AnyInvocation, Command } from './command.ts'
import { commandGroups, commands } from './commands/index.ts'
import { everywhereOptions, executorFrom } from './everywhere-options.ts'
import { nearNames } from '#shared/basics/near-names.ts'
import { notEmpty, parserOptions, type OptionTable } from './option.ts'
import { helpStyle, helpWidth, overviewNotes, usageOf, wholeCommands, wordsOf } from './usage.ts'
import { UsageError } from './usage-error.ts'

const everywhereHeading = 'Options of every command:'

interface HelpRequest {
  readonly kind: 'help'
  readonly text: string
  /** The same for programs. */
  readonly value: { readonly commands: readonly string[] } | { readonly usage: string }
}

export interface RunRequest extends Pick<AnyInvocation, 'positionals' | 'options'> {
  readonly kind: 'run'
  readonly command: Command
  /** What `--executor`, `--provider` and `--threads` say. */
  readonly executor: Partial<ExecutorChoice>
}

/** What a command line asks for, as far as it can be known without a store. */
export type Request = HelpRequest | RunRequest

/** The command whose words `args` begin with. */
export function findCommand(args: readonly string[]): Command | undefined {
  return commands.find(({ name }) => name.split(' ').every((word, at) => args[at] === word))
}

/** All options a command takes, with those that every command takes. */
export function optionsOf(command: Command): OptionTable {
  return { ...command.options, ...everywhereOptions }
}

/** Reads a command line without `node` and the script. Throws `UsageError`. */
export function readCommandLine(args: readonly string[]): Request {
  const [first, ...rest] = args
  if (first === undefined) return readCommandLine(['--help'])
  if (first === 'help') return readCommandLine([...knownWords(rest), '--help'])
  assertValuesFollow(args)
  const requests: Request[] = []
  try {
    buildParser((request) => requests.push(request)).parse(args, { from: 'user' })
  } catch (thrown) {
    if (!(thrown instanceof CommanderError)) throw thrown
    if (thrown.code !== 'commander.helpDisplayed') throw usageErrorOf(thrown, args)
  }
  const [request, ...more] = requests
  if (request === undefined) throw new Error(`Nothing came of: studio ${args.join(' ')}`)
  // Help comes in parts.
  if (request.kind === 'run') return request
  const text = [request, ...more].flatMap((part) => (part.kind === 'help' ? part.text : [])).join('')
  return { ...request, text: text.trimEnd() }
}

/** The words after `help`, which must begin a command. Throws `UsageError`. */
function knownWords(args: readonly string[]): readonly string[] {
  const words = args.filter((arg) => !arg.startsWith('-'))
  if (commands.some(({ name }) => `${name} `.startsWith([...words, ''].join(' ')))) return args
  throw unknownCommand(words)
}

/** Commander's parser of all commands. @param take gets what is asked for */
function buildParser(take: (request: Request) => void): Parser {
  const program = ready(new Parser('studio'), take)
    .usage('COMMAND [options]')
    .description('Compresses trained convolutional networks; the same studio as in the window.')
    .addHelpText('after', overviewNotes)
    .configureHelp({ ...helpStyle, visibleCommands: wholeCommands })
  for (const { heading, commands: members } of commandGroups) {
    for (const command of members) {
      const [word = '', ...last] = command.name.split(' ')
      const known = program.commands.find((candidate) => candidate.name() === word)
      if (last.length === 0) program.addCommand(leafParser(word, command, take).helpGroup(heading))
      else {
        const group = known ?? ready(new Parser(word), take).usage('COMMAND [options]').helpGroup(heading)
        if (known === undefined) program.addCommand(group)
        group.addCommand(leafParser(last.join(' '), command, take).helpGroup(heading))
      }
    }
  }
  return program
}

function leafParser(word: string, command: Command, take: (request: Request) => void): Parser {
  const { summary, details, positionals, options } = command
  const parser = ready(new Parser(word), take)
    .usage(usageOf(command))
    .summary(summary)
    .description(details === undefined ? summary : `${summary}\n\n${details}`)
  for (const option of parserOptions(options)) parser.addOption(option)
  for (const option of parserOptions(everywhereOptions)) parser.addOption(option.helpGroup(everywhereHeading))
  for (const { name, about } of positionals) parser.addArgument(new Argument(`<${name}>`, about))
  parser.action(() => {
    parser.args.forEach((given, at) => notEmpty(given, positionals[Math.min(at, positionals.length - 1)]?.name ?? ''))
    // Each of the options has read its own value.
    const values = parser.opts<AnyInvocation['options']>()
    take({ kind: 'run', command, positionals: parser.args, options: values, executor: executorFrom(values) })
  })
  return parser
}

/** Settings of every parser: help goes to `take`, errors are thrown, nothing is written and nothing exits. */
function ready(parser: Parser, take: (request: Request) => void): Parser {
  return parser
    .helpCommand(false)
    .addHelpOption(new ParserOption('-h, --help', 'Print this text.').helpGroup(everywhereHeading))
    .configureHelp(helpStyle)
    .configureOutput({
      writeOut: (text) => take({ kind: 'help', text, value: helpValue(parser) }),
      writeErr: () => {},
      getOutHelpWidth: () => helpWidth(process.stdout.columns),
    })
    .exitOverride()
}

function helpValue(parser: Parser): HelpRequest['value'] {
  return parser.commands.length === 0
    ? { usage: parser.usage() }
    : { commands: wholeCommands(parser).map((command) => wordsOf(command)) }
}

/** Commander's complaint as a sentence; what it suggests becomes the remedy. */
function usageErrorOf({ code, message }: CommanderError, args: readonly string[]): UsageError {
  if (code === 'commander.unknownCommand') return unknownCommand(args.filter((arg) => !arg.startsWith('-')))
  if (code === 'commander.help') {
    const longer = commands.filter(({ name }) => name.startsWith(`${args[0]} `)).map(({ name }) => name)
    return new UsageError(`studio ${args.join(' ')} is no whole command.`, `Use one of ${longer.join(', ')}.`)
  }
  if (args[0]?.startsWith('-') === true) {
    return new UsageError('A command comes first.', 'Write the options behind it, as in: studio network list --json')
  }
  const [complaint = '', suggestion] = message
    .replace(/^error: /, '')
    .replaceAll(/[<>]/g, '')
    .split(/\n\((.*)\)$/s)
  const sentence = complaint.charAt(0).toUpperCase() + complaint.slice(1)
  return new UsageError(sentence.endsWith('.') ? sentence : `${sentence}.`, suggestion)
}

/** At most two words make a command. */
function unknownCommand(words: readonly string[]): UsageError {
  const wanted = words.slice(0, 2).join(' ')
  const near = nearNames(
    wanted,
    commands.map(({ name }) => name),
  )
  const remedy = near.length === 0 ? undefined : `Did you mean ${near.join(' or ')}?`
  return new UsageError(`There is no command ${wanted}.`, remedy)
}

/** Commander would take the next option for the value of one whose value was forgotten. Throws `UsageError`. */
function assertValuesFollow(args: readonly string[]): void {
  const command = findCommand(args)
  if (command === undefined) return
  const withValue = new Set(parserOptions(optionsOf(command)).flatMap(({ required, long }) => (required ? [long] : [])))
  const end = args.indexOf('--')
  const before = end < 0 ? args : args.slice(0, end)
  before.forEach((arg, at) => {
    const next = args[at + 1]
    if (!withValue.has(arg) || next === undefined || !/^-./.test(next)) return
    throw new UsageError(`${arg} takes a value, got ${next}.`, `If that is its value, write ${arg}=${next}.`)
  })
}
