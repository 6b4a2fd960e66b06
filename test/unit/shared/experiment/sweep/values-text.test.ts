import { expect, test } from 'vitest'
import { readDraw, readSeeds, readSweptValues } from '#shared/experiment/sweep/values-text.ts'
import { choice, integer, positive } from '#shared/parameters/parameter-controls.ts'

const whole = { control: integer(1, 8192) }
const rate = { control: positive(10, 0.01) }
const mode = { control: choice({ none: 'None', all: 'All' }) }
const toggle = { control: { type: 'switch' } } as const

test.each([
  [whole, '64, 96,128', [64, 96, 128]],
  [whole, '64, 64', [64]],
  [whole, '64..128 step 16', [64, 80, 96, 112, 128]],
  [whole, '64..130 step 32', [64, 96, 128]],
  [whole, '1..4', [1, 2, 3, 4]],
  [whole, '16..256 in 3, 8', [16, 136, 256, 8]],
  [whole, 'log 16..256 in 3', [16, 64, 256]],
  [rate, '0.1..0.5 step 0.1', [0.1, 0.2, 0.3, 0.4, 0.5]],
  [rate, 'log 1e-4 .. 1e-2 in 3', [0.0001, 0.001, 0.01]],
  [mode, 'none, all', ['none', 'all']],
  [toggle, 'true, false', [true, false]],
] as const)('values %#: %s', (row, text, values) => {
  expect(readSweptValues(row, text)).toEqual({ values })
})

test.each([
  [whole, '', 'Name values, such as 64, 96, 128 or 64..128 step 16.'],
  [whole, '64, many', 'many: it takes a whole number from 1 to 8192.'],
  [whole, '0..4', '0: it takes a whole number from 1 to 8192.'],
  [whole, '9..4', 'A range goes up: 4..9 rather than 9..4.'],
  [rate, '0.1..0.5', 'Say how many, such as 0.1..0.5 in 5.'],
  [rate, 'log 0.1..0.5 step 0.1', 'Say how many, such as log 0.1..0.5 in 5.'],
  [rate, '0.1..0.5 step 0', 'The step is too small for this range.'],
  [rate, '0.1..0.5 in 1', 'After in comes how many: a whole number from 2 to 10000.'],
  [mode, 'none, some', 'some: it takes none, all.'],
] as const)('problem %#: %s', (row, text, problem) => {
  expect(readSweptValues(row, text)).toEqual({ problem })
})

test.each([
  [whole, '64..128', { kind: 'integer', from: 64, to: 128 }],
  [whole, 'log 10..1000', { kind: 'log-uniform', from: 10, to: 1000, isWhole: true }],
  [rate, '0.1..0.5', { kind: 'uniform', from: 0.1, to: 0.5 }],
  [rate, 'log 1e-4..1e-2', { kind: 'log-uniform', from: 1e-4, to: 1e-2, isWhole: false }],
  [whole, '64, 96', { kind: 'choice', values: [64, 96] }],
  [whole, '64..128 step 32', { kind: 'choice', values: [64, 96, 128] }],
] as const)('draw %#: %s', (row, text, draw) => {
  expect(readDraw(row, text)).toEqual({ draw })
})

test('one number of seeds says how many, several are the seeds', () => {
  expect(readSeeds(whole, '3', 5)).toEqual({ seeds: [5, 6, 7] })
  expect(readSeeds(whole, '3, 9', 5)).toEqual({ seeds: [3, 9] })
  expect(readSeeds(whole, '0', 5)).toEqual({ problem: 'Type how many seeds: 1 to 10000.' })
})
