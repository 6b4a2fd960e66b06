import { expect, test } from 'vitest'
import type { Forecast } from '#shared/forecast/accuracy-band.ts'
import type { CandidateOption } from '#shared/forecast/candidate-options.ts'
import { chooseCandidates } from '#shared/forecast/choose-candidates.ts'
import type { KnobLimits } from '#shared/forecast/limits.ts'
import {
  attemptUnderWay,
  bestAttempt,
  judgeAttempt,
  planAttempts,
  type SearchAttempt,
  type SearchRecord,
} from '#shared/forecast/search.ts'
import { spectralDefaults } from '#shared/methods/spectral/defaults.ts'
import { sizesOfParts } from '#shared/package/accounting.ts'

const learntFrom = { runs: 60, networks: ['a', 'b'], ownRuns: 0 }

/** Codes that lose 20,000 over their bytes in points, give or take a half of it. */
function codes(bytes: number): CandidateOption {
  const middle = 20_000 / bytes
  const forecast: Forecast = { kind: 'band', low: 0.5 * middle, middle, high: 1.5 * middle, learntFrom }
  return { config: spectralDefaults, title: `codes ${bytes}`, group: 'codes', bytes, ratio: 1e6 / bytes, forecast }
}
const trained: CandidateOption = {
  ...codes(30_000),
  title: 'trained',
  group: 'distilled-codes',
  forecast: { kind: 'not-enough', learntFrom },
}
const options = [30_000, 40_000, 50_000, 60_000, 70_000, 80_000, 90_000].map(codes)
const titles = (limits: KnobLimits): readonly string[] => {
  const candidates = chooseCandidates([...options, trained], limits)
  return planAttempts(candidates, options, limits).map(({ title }) => title)
}

test('attempts go from the smallest file to the largest, with one between and one finer, and what is trained comes last', () => {
  expect(titles({ points: 0.5 })).toEqual(['codes 40000', 'codes 50000', 'codes 60000', 'codes 80000', 'trained'])
})

test('no attempt is larger than the limit', () => {
  expect(titles({ points: 0.5, bytes: 65_000 })).toEqual(['codes 40000', 'codes 50000', 'codes 60000', 'trained'])
})

test('with a size alone the best candidate comes first', () => {
  expect(titles({ bytes: 65_000 })[0]).toBe('codes 60000')
})

const result = (validationRight: number, totalBytes: number) => ({
  sizes: { ...sizesOfParts({ representedLayers: [], remainder: [] }, []), totalBytes },
  accuracies: [
    {
      split: 'validation' as const,
      original: { correct: 900, total: 1000 },
      reconstructed: { correct: validationRight, total: 1000 },
    },
    { split: 'test' as const, original: { correct: 900, total: 1000 }, reconstructed: { correct: 0, total: 1000 } },
  ],
})

test('an attempt is judged by the validation split alone, and by its bytes', () => {
  const limits = { points: 0.5, bytes: 1000 }
  expect(judgeAttempt(result(896, 1000), limits)).toMatchObject({ isFit: true, bytes: 1000 })
  expect(judgeAttempt(result(894, 1000), limits)).toMatchObject({ isFit: false })
  expect(judgeAttempt(result(896, 1001), limits)).toMatchObject({ isFit: false })
  expect(judgeAttempt({ ...result(896, 1000), accuracies: [] }, limits)).toBeUndefined()
})

const attempt = (title: string, points?: number, isFit = false): SearchAttempt => ({
  config: spectralDefaults,
  title,
  ...(points === undefined ? {} : { outcome: { kind: 'measured', isFit, bytes: 1000, points } }),
})
const search = (attempts: readonly SearchAttempt[], status: SearchRecord['status'] = 'searching'): SearchRecord => ({
  id: 'search-1',
  networkId: 'net-1',
  datasetId: 'data-1',
  limits: { points: 0.5 },
  status,
  attempts,
  createdAt: '2030-01-02T03:04:05.000Z',
})

test('the best is the one that fits, else the one that loses least', () => {
  expect(bestAttempt(search([attempt('a', 0.9), attempt('b', 0.4, true), attempt('c', 0.1)]))?.title).toBe('b')
  expect(bestAttempt(search([attempt('a', 0.9), attempt('b', 0.7), attempt('c')]))?.title).toBe('b')
  expect(bestAttempt(search([attempt('a')]))).toBeUndefined()
})

test('the first attempt without an outcome is under way, until the search has ended', () => {
  const attempts = [attempt('a', 0.9), attempt('b'), attempt('c')]
  expect(attemptUnderWay(search(attempts))?.title).toBe('b')
  expect(attemptUnderWay(search(attempts, 'cancelled'))).toBeUndefined()
})
