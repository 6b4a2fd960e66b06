import { describe, expect, test } from 'vitest'
import {
  byteColumn,
  formatAmount,
  formatBytes,
  formatDuration,
  formatExactBytes,
  formatFixed,
  formatInterval,
  formatNumber,
  formatPercent,
  formatPoints,
  formatProbability,
  formatRate,
  formatRatio,
  formatShape,
} from '#shared/basics/format.ts'

describe('numbers for people', () => {
  test.each([
    [0, '0 B'],
    [1023, '1023 B'],
    [1536, '1.50 KiB'],
    [1_089_184, '1.04 MiB'],
    [150 * 1024 * 1024, '150 MiB'],
    [NaN, '–'],
  ])('%d bytes read %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text))

  test.each([
    [
      [469_156, 42_086, 2048, 1_089_184],
      ['458.2 KiB', '41.1 KiB', '2.0 KiB', '1,063.7 KiB'],
    ],
    [
      [102_000_000, 2048],
      ['97.3 MiB', '< 0.1 MiB'],
    ],
    [
      [800, 9000, NaN],
      ['800 B', '9,000 B', '–'],
    ],
    [[], []],
  ])('a column of %j bytes reads %j', (bytes, texts) => expect(bytes.map(byteColumn(bytes))).toEqual(texts))

  test.each([
    [0, '0.0 s'],
    [0.42, '0.4 s'],
    [59.7, '1 min'],
    [552, '9 min 12 s'],
    [3600, '1 h'],
    [97_200, '1 d 3 h'],
    [86_460, '1 d'],
    [-1, '–'],
    [Infinity, '–'],
  ])('%d seconds read %s', (seconds, text) => expect(formatDuration(seconds)).toBe(text))

  test.each([
    [0, '0'],
    [0.0002, '2e-4'],
    [0.76, '0.76'],
    [117_289, '117300'],
    [1_234_567, '1.23e6'],
    [-0.000015, '−1.5e-5'],
    [1e-8, '1e-8'],
    [-0.4, '−0.4'],
    [NaN, 'NaN'],
    [-Infinity, '−∞'],
  ])('%d reads %s', (value, text) => expect(formatNumber(value)).toBe(text))

  test.each([
    [-0.0065, '−0.65 points'],
    [0.0012, '+0.12 points'],
    [-0.00001, '±0.00 points'],
  ])('a difference of %d reads %s', (difference, text) => expect(formatPoints(difference)).toBe(text))

  test('units stand beside every number', () => {
    expect([
      formatPercent(0.9173),
      formatRatio(3.881),
      formatRate(83.21),
      formatRate(0.08),
      formatRate(1200, 'image'),
      formatAmount(1, 'image'),
      formatAmount(29_744, 'kernel'),
      formatExactBytes(469_156),
      formatInterval({ low: 0.9119, high: 0.92249 }),
      formatShape([64, 32, 3, 3]),
      formatProbability(0.0004),
      formatProbability(0.04321),
      formatProbability(1e-9),
    ]).toEqual([
      '91.73 %',
      '3.88×',
      '83.2 steps/s',
      '12.5 s/step',
      '1200.0 images/s',
      '1 image',
      '29,744 kernels',
      '469,156 bytes',
      '91.19 to 92.25',
      '64 × 32 × 3 × 3',
      '0.0004',
      '0.043',
      '< 0.0001',
    ])
  })
})

test('fixed digits carry a true minus and no negative zero', () => {
  expect([formatFixed(-0.0112, 3), formatFixed(-0.0001, 3), formatFixed(0.5, 3), formatFixed(NaN, 3)]).toEqual([
    '−0.011',
    '0.000',
    '0.500',
    '–',
  ])
})
