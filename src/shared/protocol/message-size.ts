/**
 * How large what a command is given may be. Looked at before any schema: a schema reads every value, and tells of every
 * wrong one, so that one message of a million nonsense values would keep main busy for a minute.
 */
import type { AppError } from '../basics/result.ts'
import type { CommandName } from './contract.ts'

interface MessageLimits {
  /** Objects, lists and what is in them, each as often as it is met. */
  readonly values: number
  /** Of one list. */
  readonly entries: number
  /** Of all texts and names together. */
  readonly characters: number
}

/** Lists in lists; an object that holds itself has no end. */
const deepest = 64

const usual: MessageLimits = { values: 30_000, entries: 10_000, characters: 4_000_000 }

/** Commands that are given much: ids of a hundred thousand experiments, every value of a sweep, ten thousand configurations, a picture. */
const large: { readonly [N in CommandName]?: MessageLimits } = {
  'experiments.values': { values: 110_000, entries: 100_000, characters: 12_000_000 },
  'experiments.export-rows': { values: 110_000, entries: 100_000, characters: 12_000_000 },
  'experiments.expected-seconds': { values: 1_500_000, entries: 10_000, characters: 32_000_000 },
  'charts.write': { values: 10, entries: 10, characters: 21_000_000 },
  'batches.plan': { values: 200_000, entries: 10_000, characters: 12_000_000 },
  'batches.create': { values: 200_000, entries: 10_000, characters: 12_000_000 },
}

/**
 * What of a message is more than the command can need, or undefined. Takes a time that the limits bound, whatever the
 * message: it stops at the first thing that is too much.
 */
export function messageExcess(command: CommandName, message: unknown): string | undefined {
  const limits = large[command] ?? usual
  let values = 0
  let characters = 0
  const waiting: { readonly value: unknown; readonly depth: number }[] = [{ value: message, depth: 0 }]
  for (;;) {
    const next = waiting.pop()
    if (next === undefined) return undefined
    const { value, depth } = next
    values++
    if (typeof value === 'string') characters += value.length
    else if (typeof value === 'object' && value !== null) {
      if (depth >= deepest) return `more than ${deepest} levels`
      // Bytes are no part of any command; a schema would read each of them as a field.
      if (ArrayBuffer.isView(value)) return 'bytes'
      if (Array.isArray(value) && value.length > limits.entries) return `a list of ${value.length} entries`
      for (const name in value) {
        characters += name.length
        waiting.push({ value: Reflect.get(value, name), depth: depth + 1 })
        if (values + waiting.length > limits.values) return `more than ${limits.values} values`
      }
    }
    if (characters > limits.characters) return `more than ${limits.characters} characters`
  }
}

/** What a command with such a message is answered; undefined for one of a size that it can need. */
export function tooLarge(command: CommandName, message: unknown): AppError | undefined {
  const excess = messageExcess(command, message)
  if (excess === undefined) return undefined
  return {
    code: 'message-too-large',
    message: `${command} was given ${excess}.`,
    remedy: 'Give it less at once, in several calls.',
  }
}
