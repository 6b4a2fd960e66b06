/** Changes of a JSON text that leave it JSON: what lies behind the parser is reached far more often than by bytes. */
import type { Random } from '#shared/basics/random.ts'
import { pick } from './mutate-bytes.ts'

const scalars: readonly unknown[] = [
  ...[0, 1, -1, 0.5, 7, 255, 4096, 2 ** 31, 2 ** 32, 2 ** 53, 2 ** 53 + 2, 1e21, 1e308, -1e308],
  ...['', '0', '__proto__', 'constructor', '\u0000', 'x'.repeat(300), '../../etc/passwd', 'F32', 'U8', 'none'],
  ...[null, true, false],
]

type Container = Record<string, unknown> | unknown[]

/** The text of `value` after one to three edits; a value that is no object or list becomes one of the scalars. */
export function mutateJson(value: unknown, random: Random): string {
  const root = structuredClone(value)
  let text: string | undefined
  const edits = 1 + random.integer(3)
  for (let edit = 0; edit < edits; edit++) text = editOnce(root, random) ?? text
  return text ?? JSON.stringify(root)
}

/** Changes `root` in place, or gives a text that no value of JavaScript has. */
function editOnce(root: unknown, random: Random): string | undefined {
  const containers = containersOf(root)
  if (containers.length === 0) return JSON.stringify(pick(random, scalars))
  const container = pick(random, containers)
  const keys = Object.keys(container)
  if (keys.length === 0) {
    put(container, 'x', pick(random, scalars))
    return undefined
  }
  const key = pick(random, keys)
  const present: unknown = Reflect.get(container, key)
  switch (random.integer(8)) {
    case 0:
      if (Array.isArray(container)) container.splice(Number(key), 1)
      else Reflect.deleteProperty(container, key)
      return undefined
    case 1:
      put(container, Array.isArray(container) ? String(container.length) : `${key}x`, structuredClone(present))
      return undefined
    case 2:
      put(container, key, [present])
      return undefined
    case 3:
      if (typeof present === 'number') put(container, key, nearby(present, random))
      else put(container, key, pick(random, scalars))
      return undefined
    case 4:
      put(container, key, structuredClone(valueIn(pick(random, containers), pick(random, keys))))
      return undefined
    case 5: {
      // The same key twice: readers that keep the first and readers that keep the last would differ.
      const text = JSON.stringify(root)
      const name = JSON.stringify(key)
      return Array.isArray(container)
        ? undefined
        : text.replace(`${name}:`, `${name}:${JSON.stringify(pick(random, scalars))},${name}:`)
    }
    case 6: {
      const depth = pick(random, [10, 1000, 20_000])
      const text = JSON.stringify(root)
      const name = `${JSON.stringify(key)}:`
      return text.replace(name, `"deep":${'['.repeat(depth)}${']'.repeat(depth)},${name}`)
    }
    default:
      put(container, key, pick(random, scalars))
      return undefined
  }
}

/** null where the container has no such key of its own: a list has a function under "values". */
function valueIn(container: Container, key: string): unknown {
  return Object.hasOwn(container, key) ? Reflect.get(container, key) : null
}

function nearby(value: number, random: Random): number {
  return pick(random, [value + 1, value - 1, -value, value * 2, value / 2, value + 2 ** 32, value * 1e6])
}

function put(container: Container, key: string, value: unknown): void {
  // As JSON.parse does it: "__proto__" is a key like any other.
  Object.defineProperty(container, key, { value, enumerable: true, configurable: true, writable: true })
}

/** All objects and lists, the outer ones first. */
function containersOf(root: unknown): Container[] {
  const found: Container[] = []
  const open: unknown[] = [root]
  for (let value = open.pop(); value !== undefined; value = open.pop()) {
    if (typeof value !== 'object' || value === null) continue
    // Checked to be an object just now.
    found.push(value as Container)
    open.push(...Object.values(value))
  }
  return found
}
