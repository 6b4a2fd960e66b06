import { expect, it } from 'vitest'
import { experimentField } from '#shared/experiment/filter/experiment-fields.ts'
import { formatRows } from '#shared/plain-text/experiment-rows.ts'

const ids = ['name', 'size', 'drop', 'starred', 'tags', 'config.reconstruction.steps', 'max(cpu.percent)']
const fields = ids.flatMap((id) => experimentField(id) ?? [])
const values = {
  name: ['say "h", twice', 'two\nlines'],
  size: [102_400, null],
  drop: [0.1 + 0.2, null],
  starred: [1, 0],
  tags: ['["best","a b"]', '{'],
  'config.reconstruction.steps': [20_000, null],
  'max(cpu.percent)': [99.5, null],
}

it('writes rows as RFC 4180 has it, with all digits and with units in the head', () => {
  expect(formatRows(fields, values, 'csv')).toBe(
    'name,size (bytes),drop (fraction),starred,tags,config.reconstruction.steps (steps),max(cpu.percent) (%)\r\n' +
      '"say ""h"", twice",102400,0.30000000000000004,yes,"best, a b",20000,99.5\r\n' +
      '"two\nlines",,,no,,,\r\n',
  )
})

it('writes rows as JSON with the types of their values', () => {
  expect(JSON.parse(formatRows(fields, values, 'json'))).toEqual([
    {
      name: 'say "h", twice',
      'size (bytes)': 102_400,
      'drop (fraction)': 0.1 + 0.2,
      starred: true,
      tags: ['best', 'a b'],
      'config.reconstruction.steps (steps)': 20_000,
      'max(cpu.percent) (%)': 99.5,
    },
    {
      name: 'two\nlines',
      'size (bytes)': null,
      'drop (fraction)': null,
      starred: false,
      tags: [],
      'config.reconstruction.steps (steps)': null,
      'max(cpu.percent) (%)': null,
    },
  ])
  expect(formatRows(fields, { ...values, name: [] }, 'json')).toBe('[]\n')
})
