import { describe, expect, test } from 'vitest'
import { timeIncrements, timeTick, valueTicks } from '#renderer/charts/ticks.ts'
import { valueRange } from '#renderer/charts/value-range.ts'

describe('ticks of values', () => {
  const plain = { suffix: '', isLogarithmic: false }

  test.each([
    [[0, 0.005, 0.01, 0.015, 0.02], plain, ['0.000', '0.005', '0.010', '0.015', '0.020']],
    [[0.02, 0.0202, 0.0204], plain, ['0.0200', '0.0202', '0.0204']],
    [[0, 25, 50], { ...plain, suffix: ' %' }, ['0 %', '25 %', '50 %']],
    [[91.5, 91.75, 92], { ...plain, suffix: ' %' }, ['91.50 %', '91.75 %', '92.00 %']],
    [[-0.4, -0.2, 0], plain, ['−0.4', '−0.2', '0.0']],
    [[1e-5, 2e-5, 3e-5], plain, ['1e-5', '2e-5', '3e-5']],
    [[0, 500_000, 1_000_000], plain, ['0', '500000', '1e6']],
    [[0.3], plain, ['0.3']],
    [[0.001, null, 0.01, null, 1], { ...plain, isLogarithmic: true }, ['0.001', '', '0.01', '', '1']],
    [[], plain, []],
  ])('%j read apart', (ticks, options, texts) => expect(valueTicks(ticks, options)).toEqual(texts))
})

describe('ticks of time', () => {
  test.each([
    [0, '0'],
    [0.5, '0.5 s'],
    [30, '30 s'],
    [90, '1 min 30 s'],
    [900, '15 min'],
    [3600, '1 h'],
    [5400, '1 h 30 min'],
    [2 * 86_400, '2 d'],
    [86_400 + 3600, '1 d 1 h'],
  ])('%d seconds read %s', (seconds, text) => expect(timeTick(seconds)).toBe(text))

  test('are round minutes and hours apart, ascending', () => {
    expect(timeIncrements.filter((seconds) => seconds >= 60 && seconds < 86_400).map(timeTick)).toEqual([
      ...['1 min', '2 min', '5 min', '10 min', '15 min', '30 min'],
      ...['1 h', '2 h', '3 h', '6 h', '12 h'],
    ])
    expect(timeIncrements).toEqual([...timeIncrements].sort((a, b) => a - b))
  })
})

describe('the range of a value axis', () => {
  test('starts at 0 where heights compare', () => {
    expect(valueRange(180, 200, { isFromZero: true })).toEqual([0, 216])
    expect(valueRange(0, 0, { isFromZero: true })).toEqual([0, 1])
  })

  test('is close to the values elsewhere, with air, and never beyond what they can be', () => {
    expect(valueRange(80, 90, { isFromZero: false })).toEqual([79.2, 90.8])
    expect(valueRange(80, 100, { isFromZero: false, lowest: 0, highest: 100 })).toEqual([78.4, 100])
    expect(valueRange(-1, 1, { isFromZero: true })).toEqual([-1.16, 1.16])
  })

  test('does not blow up what hardly differs', () => {
    expect(valueRange(91.8, 91.8, { isFromZero: false, smallestSpan: 1 })).toEqual([91.3, 92.3])
    expect(valueRange(5, 5, { isFromZero: false })).toEqual([4.75, 5.25])
  })

  test('exists without values', () => expect(valueRange(null, null, { isFromZero: false })).toEqual([0, 1]))
})
