import { expect, test } from 'vitest'
import type { Forecast } from '#shared/forecast/accuracy-band.ts'
import type { CandidateOption } from '#shared/forecast/candidate-options.ts'
import { chooseCandidates } from '#shared/forecast/choose-candidates.ts'
import { directDefaults } from '#shared/methods/direct/defaults.ts'
import { spectralDefaults } from '#shared/methods/spectral/defaults.ts'

const learntFrom = { runs: 60, networks: ['a', 'b'], ownRuns: 0 }
const band = (low: number, middle: number, high: number): Forecast => ({ kind: 'band', low, middle, high, learntFrom })
const notEnough: Forecast = { kind: 'not-enough', learntFrom }

function option(title: string, bytes: number, forecast: Forecast): CandidateOption {
  const config = title.startsWith('spectral') ? spectralDefaults : directDefaults
  const group = title.endsWith('distilled') ? 'distilled-codes' : 'codes'
  return { config, title, group, bytes, ratio: 1_000_000 / bytes, forecast }
}

const options = [
  option('spectral large', 100_000, band(0, 0.1, 0.3)),
  option('spectral middle', 70_000, band(0.1, 0.4, 0.9)),
  option('spectral small', 50_000, band(0.5, 1.2, 2.5)),
  option('int6', 150_000, band(0, 0.1, 0.2)),
  option('int4', 90_000, band(1, 2, 4)),
  option('spectral distilled', 45_000, notEnough),
]
const chosen = (limits: { readonly points?: number; readonly bytes?: number }, from = options): readonly string[] =>
  chooseCandidates(from, limits).map(({ title, reason }) => `${title}: ${reason}`)

test('a limit of points: the smallest sure one, the smallest likely one, and one that is trained', () => {
  expect(chosen({ points: 0.5 })).toEqual([
    'spectral large: safe',
    'spectral middle: likely',
    'spectral distilled: trained',
  ])
})

test('both limits: what is too large is left out', () => {
  expect(chosen({ points: 0.5, bytes: 80_000 })).toEqual(['spectral middle: likely', 'spectral distilled: trained'])
})

test('nothing within the points: the nearest is said to be that', () => {
  expect(chosen({ points: 0.5, bytes: 60_000 })).toEqual(['spectral small: nearest', 'spectral distilled: trained'])
})

test('a limit of bytes: the least loss, the best of another method, and one that is trained', () => {
  expect(chosen({ bytes: 95_000 })).toEqual(['spectral middle: best', 'int4: other', 'spectral distilled: trained'])
})

test('a bold candidate that is hardly smaller is left out', () => {
  const close = [option('spectral a', 100_000, band(0, 0.1, 0.3)), option('spectral b', 98_000, band(0.1, 0.4, 0.9))]
  expect(chosen({ points: 0.5 }, close)).toEqual(['spectral a: safe'])
})

test('nothing is small enough', () => {
  expect(chosen({ bytes: 1000 })).toEqual([])
})

test('without bands usual ratios are offered, and nothing is promised of them', () => {
  const unknown = options.map((one) => ({ ...one, forecast: notEnough }))
  expect(chosen({ points: 0.5 }, unknown)).toEqual([
    'spectral large: untold',
    'spectral middle: untold',
    'spectral distilled: trained',
  ])
  expect(chosen({ points: 0.5, bytes: 60_000 }, unknown)[0]).toBe('spectral small: untold')
})

test('a training whose loss is known is chosen by it', () => {
  const trained = [
    ...options,
    option('spectral smaller distilled', 40_000, band(1, 2, 3)),
    option('spectral known distilled', 60_000, band(0, 0.3, 0.5)),
  ]
  expect(chosen({ points: 0.5 }, trained).at(-1)).toBe('spectral known distilled: trained')
})
