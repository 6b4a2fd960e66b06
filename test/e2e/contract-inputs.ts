/** Inputs for every command of the contract: such as its schema takes, each with something changed, and hostile ones. */
import { z } from 'zod'
import { Random } from '#shared/basics/random.ts'
import { commandInputs, type CommandName } from '#shared/protocol/contract.ts'

/** What is read of a JSON schema. */
interface Schema {
  readonly type?: string
  readonly const?: unknown
  readonly enum?: readonly unknown[]
  readonly anyOf?: readonly Schema[]
  readonly oneOf?: readonly Schema[]
  readonly allOf?: readonly Schema[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly items?: Schema
  readonly prefixItems?: readonly Schema[]
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly $ref?: string
  readonly $defs?: Readonly<Record<string, Schema>>
}

const texts = [
  '',
  'x',
  '../../etc/passwd',
  '\u0000',
  'a'.repeat(5000),
  "'; DROP TABLE runs; --",
  '💥',
  '__proto__',
  '-1',
]
const numbers = [0, -1, 1.5, 1e308, 2 ** 53, -0, 4_294_967_296]

/** Values near what the command takes: one in four as its schema says, the others with one thing wrong. */
export function nearInputs(command: CommandName, seed: number, count: number): readonly unknown[] {
  const random = Random.fromSeed(seed)
  const root = z.toJSONSchema(commandInputs[command], { io: 'input', unrepresentable: 'any' }) as Schema
  return Array.from({ length: count }, (_, index) => {
    const value = valueOf(root, root, random, 0)
    return index % 4 === 0 ? value : mutate(value, random)
  })
}

function pick<T>(random: Random, from: readonly T[]): T {
  const chosen = from[Math.floor(random.uniform() * from.length)]
  if (chosen === undefined) throw new Error('there is nothing to choose from')
  return chosen
}

function valueOf(schema: Schema, root: Schema, random: Random, depth: number): unknown {
  const choices = schema.anyOf ?? schema.oneOf ?? schema.allOf
  if (schema.$ref !== undefined) {
    const name = schema.$ref.split('/').at(-1) ?? ''
    const target = schema.$ref === '#' ? root : root.$defs?.[name]
    return target === undefined || depth > 6 ? null : valueOf(target, root, random, depth + 1)
  }
  if (choices !== undefined) return valueOf(pick(random, choices), root, random, depth + 1)
  if (schema.enum !== undefined) return pick(random, schema.enum)
  if ('const' in schema) return schema.const
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(
        Object.entries(schema.properties ?? {}).map(([name, field]) => [name, valueOf(field, root, random, depth + 1)]),
      )
    case 'array':
      return (
        schema.prefixItems ?? Array.from({ length: 1 + Math.floor(random.uniform() * 3) }, () => schema.items ?? {})
      ).map((item) => valueOf(item, root, random, depth + 1))
    case 'integer':
    case 'number':
      return Math.min(Math.max(schema.minimum ?? 0, Math.floor(random.uniform() * 100)), schema.maximum ?? 100)
    case 'boolean':
      return random.uniform() < 0.5
    case 'string':
      return `fuzz-${Math.floor(random.uniform() * 1e6)}`.padEnd(schema.minLength ?? 0, 'x')
    default:
      return null
  }
}

/** Somewhere in the value something else, nothing, or more. */
function mutate(value: unknown, random: Random): unknown {
  if (typeof value !== 'object' || value === null || random.uniform() < 0.2) {
    return pick<unknown>(random, [null, true, {}, [], pick(random, texts), pick(random, numbers)])
  }
  if (Array.isArray(value)) {
    if (random.uniform() < 0.3) return Array.from({ length: 300 }, () => value[0] as unknown)
    return value.map((item: unknown, index) => (index === 0 ? mutate(item, random) : item))
  }
  const names = Object.keys(value)
  if (names.length === 0 || random.uniform() < 0.2) return { ...value, [pick(random, texts)]: pick(random, texts) }
  const name = pick(random, names)
  const changed = { ...value, [name]: mutate(Reflect.get(value, name), random) }
  if (random.uniform() < 0.2) Reflect.deleteProperty(changed, name)
  return changed
}

/** What the calls of one command came to. */
export interface Answers {
  /** Codes of errors, and `ok`, by how often. */
  readonly codes: Readonly<Record<string, number>>
  /** Of answers that say that the studio is at fault. */
  readonly defects: readonly string[]
}

/**
 * Runs in the page, and so knows nothing but what it is given: calls a command with values that only a page can make,
 * and with those that are given.
 */
export async function callAll([command, near, isHugeToo]: readonly [
  string,
  readonly unknown[],
  boolean,
]): Promise<Answers> {
  const round: Record<string, unknown> = {}
  round['round'] = round
  let deep: unknown = 1
  for (let level = 0; level < 500; level++) deep = [deep]
  const hostile: unknown[] = [
    ...[undefined, null, NaN, Infinity, 10n, '', 'x'.repeat(100_000), true, [], [[]], {}, round, deep],
    ...[new Date(NaN), new Map([[1, 2]]), new Set([1]), new Uint8Array(1000), new ArrayBuffer(8), /x/, new Error('x')],
    ...[{ ids: Array(500).fill('x') }, { id: {} }, { __proto__: { id: 'x' } }, { constructor: 1, toString: 2 }],
    ...[() => 1, Symbol('x'), document.body, window, Promise.resolve(1), new Proxy({}, {})],
    ...(isHugeToo
      ? [{ ids: Array(200_000).fill({}) }, { ids: new Array(2 ** 32 - 1) }, { text: 'x'.repeat(10_000_000) }]
      : []),
  ]
  const invoke = window.api.invoke as (command: string, input: unknown) => Promise<unknown>
  const codes: Record<string, number> = {}
  const defects: string[] = []
  const call = async (input: unknown): Promise<void> => {
    let code: string
    try {
      const answer = (await invoke(command, input)) as { ok?: boolean; error?: { code?: string; message?: string } }
      code = answer.ok === true ? 'ok' : (answer.error?.code ?? 'no answer')
      if (code === 'internal' || code === 'no answer') {
        const shown = String(JSON.stringify(near.includes(input) ? input : typeof input))
        defects.push(`${command} ${shown}: ${answer.error?.message ?? ''}`)
      }
    } catch {
      // What cannot be cloned does not get past the bridge between page and preload.
      code = 'not sent'
    }
    codes[code] = (codes[code] ?? 0) + 1
  }
  await Promise.all([...hostile, ...near].map(call))
  return { codes, defects }
}
