/** The words of the help around what commander writes from the tables of commands and options. */
import type { Command as Parser, Help, Option as ParserOption } from 'commander'
import type { Command } from './command.ts'
import { parserOptions } from './option.ts'

/** Longer lines are hard to read, whatever the terminal offers. */
const WIDEST = 100

/** Columns of the help. */
export function helpWidth(columns: number | undefined): number {
  return Math.min(WIDEST, columns ?? WIDEST)
}

export const overviewNotes = `
Networks, data sets, experiments and presets are found by name; case, blanks, hyphens, underscores
and dots do not matter (cifar10 is CIFAR-10). Records are also found by their id or by the first
letters of it.

Exit codes: 0 done, 1 failed, 2 wrong use.
Options of a command: studio help COMMAND. Manual: docs/command-line.md.`

/** What follows the words of a command: positionals, the options it needs, and that there are more. */
export function usageOf({ positionals, options, usage }: Command): string {
  if (usage !== undefined) return usage
  const needed = parserOptions(options).filter(({ mandatory }) => mandatory)
  return [
    ...positionals.map(({ name }) => name),
    ...needed.map(({ flags }) => withoutBrackets(flags)),
    '[options]',
  ].join(' ')
}

/** What an error is followed by: how the command is used, and where more is told. */
export function shortUsage(command: Command | undefined): string {
  return command === undefined
    ? 'usage: studio COMMAND [options]\nAll commands: studio help'
    : `usage: studio ${command.name} ${usageOf(command)}\nIts options: studio help ${command.name}`
}

/** Terms as people type them, and what an option takes and does without in plain words. */
export const helpStyle: Partial<Help> = {
  subcommandTerm: wordsOf,
  optionTerm: ({ flags }) => withoutBrackets(flags),
  optionDescription,
  argumentTerm: (argument) => argument.name() + (argument.variadic ? '...' : ''),
}

/** The parsers of all commands in place of the words that begin several. */
export function wholeCommands({ commands }: Parser): Parser[] {
  return commands.flatMap((command) => (command.commands.length === 0 ? [command] : [...command.commands]))
}

/** `network import`, without the name of the program. */
export function wordsOf(parser: Parser): string {
  return [parser.parent, parser].flatMap((part) => (part?.parent ? [part.name()] : [])).join(' ')
}

function optionDescription({ description, argChoices, defaultValue, defaultValueDescription }: ParserOption): string {
  const told = defaultValueDescription ?? (typeof defaultValue === 'boolean' ? undefined : defaultValue)
  const facts = [
    ...(argChoices === undefined ? [] : [`one of ${argChoices.join(', ')}`]),
    ...(told === undefined || String(told) === '' ? [] : [`default: ${String(told)}`]),
  ]
  return facts.length === 0 ? description : `${description} (${facts.join('; ')})`
}

function withoutBrackets(flags: string): string {
  return flags.replaceAll(/[<>]/g, '')
}
