/** Each thing stands in one place: what a family is asked for is asked of its description, and a name means one thing. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = join(process.cwd(), 'src')
const sources = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((file) => /\.(ts|svelte)$/.test(file))
  .map((file) => ({ file: file.replaceAll('\\', '/'), text: readFileSync(join(root, file), 'utf8') }))

/** `config.kind === 'train'`, `case 'baseline':` and their like. */
const kindTest = /\bkind\s*[!=]==\s*'(?:train|compress|baseline|spectral)'|\bcase '(?:compress|baseline|spectral)':/
const descriptions = /^(?:shared\/(?:methods|training)|trainer\/methods|main\/families|renderer\/families)\//

test('no file but the descriptions of families asks which family something is of', () => {
  const asking = sources.filter(({ file, text }) => !descriptions.test(file) && kindTest.test(text))
  expect(asking.map(({ file }) => file)).toEqual([])
})

test('a family is asked for in words that this test would find', () => {
  expect(kindTest.test("if (config.kind !== 'train') return")).toBe(true)
  expect(kindTest.test("    case 'baseline':")).toBe(true)
  expect(kindTest.test("kind: 'train',")).toBe(false)
})

test('every exported name is defined once', () => {
  const definition = /^export (?:async )?(?:function\*?|const|class|interface|type|enum) (\w+)/gm
  const files = new Map<string, readonly string[]>()
  for (const { file, text } of sources) {
    for (const [, name = ''] of text.matchAll(definition)) files.set(name, [...(files.get(name) ?? []), file])
  }
  const twins = [...files].filter(([, defined]) => defined.length > 1)
  expect(Object.fromEntries(twins)).toEqual({})
})
