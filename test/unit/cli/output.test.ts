import { expect, it } from 'vitest'
import { Output } from '#cli/output.ts'
import { formatFacts, formatTable } from '#shared/plain-text/table.ts'

function recorder(isTTY = false) {
  const written: string[] = []
  return { isTTY, written, write: (text: string) => written.push(text) }
}

it('puts results on stdout and everything else on stderr', () => {
  const [stdout, stderr] = [recorder(), recorder()]
  const output = new Output(true, stdout, stderr, () => 0)
  output.say('working')
  output.progress('half')
  output.result({ a: 1 }, 'for people')
  expect(stdout.written.join('')).toBe('{\n  "a": 1\n}\n')
  expect(stderr.written.join('')).toBe('working\nhalf\n')
})

it('rewrites one line in a terminal and ends it before anything else', () => {
  const [stdout, stderr] = [recorder(), recorder(true)]
  const output = new Output(false, stdout, stderr, () => 0)
  output.progress('10 %')
  output.progress('20 %')
  output.result({}, 'done')
  expect(stderr.written.join('')).toBe('\r\x1b[2K10 %\r\x1b[2K20 %\n')
  expect(stdout.written.join('')).toBe('done\n')
})

it('adds a progress line at most every 5 s where lines cannot be rewritten', () => {
  let now = 0
  const stderr = recorder()
  const output = new Output(false, recorder(), stderr, () => now)
  for (const [at, text] of [
    [0, 'a'],
    [4_999, 'b'],
    [5_000, 'c'],
    [20_000, 'c'],
  ] as const) {
    now = at
    output.progress(text)
  }
  expect(stderr.written).toEqual(['a\n', 'c\n'])
})

it('tells an error with place and remedy, and as JSON when asked', () => {
  const [stdout, stderr] = [recorder(), recorder()]
  const error = { code: 'not-found', message: 'No.', where: 'here', remedy: 'Look.' } as const
  new Output(true, stdout, stderr, () => 0).error(error)
  expect(JSON.parse(stdout.written.join(''))).toEqual({ error })
  expect(stderr.written.join('')).toBe('error: No.\n  where: here\n  remedy: Look.\n')
})

it('aligns tables', () => {
  const table = formatTable(
    [{ title: 'name' }, { title: 'n', align: 'right' }],
    [
      ['a', '1'],
      ['long name', '1,000'],
    ],
  )
  expect(table).toBe(['name           n', 'a              1', 'long name  1,000'].join('\n'))
  expect(formatTable([{ title: 'name' }], [], 'nothing')).toBe('nothing')
  expect(
    formatFacts([
      ['a', '1'],
      ['bcd', '2'],
    ]),
  ).toBe('a    1\nbcd  2')
})
