/** The questions under "Where to find" in ARCHITECTURE.md: the files are there and answer them. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const page = readFileSync(join(process.cwd(), 'ARCHITECTURE.md'), 'utf8')
const section = page.slice(page.indexOf('## Where to find'))
const rows = [...section.matchAll(/^\| (.+?) +\| `([^`]+)` +\| `([^`]+)` +\|$/gm)]

test('has the twelve questions', () => {
  expect(rows).toHaveLength(12)
})

test.each(rows.map(([, question = '', file = '', word = '']) => [question, file, word] as const))(
  'says where %s is',
  (_question, file, word) => {
    expect(readFileSync(join(process.cwd(), file), 'utf8').toLowerCase()).toContain(word.toLowerCase())
  },
)
