import { expect, test } from 'vitest'
import { leastOwnRuns, leastRuns, learnGroup, type Forecast } from '#shared/forecast/accuracy-band.ts'
import { heldOutCoverage } from '#shared/forecast/held-out-coverage.ts'
import { madeUpLessons } from '#test/support/made-up-lessons.ts'

const stranger = { sha256: 'stranger', classes: 10, inputSide: 32, accuracy: 0.9 }
const lessons = madeUpLessons({ seed: 1, networks: 3, runsEach: 30 })

function bandOf(forecast: Forecast): Extract<Forecast, { kind: 'band' }> {
  if (forecast.kind !== 'band') throw new Error(`expected a band, got ${forecast.kind}`)
  return forecast
}

test('more damage never promises less loss, and the middle lies in its band', () => {
  const learnt = learnGroup('codes', stranger, lessons)
  const bands = [1e-4, 1e-3, 1e-2, 1e-1, 0.9].map((damage) => bandOf(learnt.forecast(damage)))
  expect(bands.map(({ middle }) => middle)).toEqual(bands.map(({ middle }) => middle).toSorted((a, b) => a - b))
  expect(bands.every(({ low, middle, high }) => low <= middle && middle <= high)).toBe(true)
})

test('the law behind the runs is found: 8 points at a damage of 1 for a network that knows 80', () => {
  const { middle } = bandOf(learnGroup('codes', stranger, lessons).forecast(0.5))
  expect(middle).toBeGreaterThan(4.5)
  expect(middle).toBeLessThan(7)
})

test('bands are in points of what the network knows: half as much accuracy, half the band', () => {
  const [one, half] = [0.9, 0.5].map((accuracy) =>
    bandOf(learnGroup('codes', { ...stranger, accuracy }, lessons).forecast(0.1)),
  )
  expect((half?.middle ?? 0) / (one?.middle ?? 1)).toBeCloseTo(0.5)
})

test('a band says from how many runs of which networks it was learnt', () => {
  const own = { ...stranger, sha256: 'network-1' }
  expect(bandOf(learnGroup('codes', own, lessons).forecast(0.1)).learntFrom).toEqual({
    runs: 90,
    networks: ['network 0', 'network 1', 'network 2'],
    ownRuns: 30,
  })
})

test.each([
  ['runs of another group', 'distilled-codes', stranger],
  ['runs of networks with other classes', 'codes', { ...stranger, classes: 100 }],
  ['runs of networks that look at larger pictures', 'codes', { ...stranger, inputSide: 224 }],
] as const)('%s teach nothing', (_what, group, network) => {
  const forecast = learnGroup(group, network, lessons).forecast(0.1)
  expect(forecast).toEqual({ kind: 'not-enough', learntFrom: { runs: 0, networks: [], ownRuns: 0 } })
})

test('few runs give no number', () => {
  const few = lessons.filter((_, at) => at % 5 === 0).slice(0, leastRuns - 1)
  expect(learnGroup('codes', stranger, few).forecast(0.1).kind).toBe('not-enough')
})

test('enough runs of the network itself are enough', () => {
  const own = lessons.slice(0, leastOwnRuns)
  expect(learnGroup('codes', { ...stranger, sha256: 'network-0' }, own).forecast(own[0]?.damage).kind).toBe('band')
  expect(learnGroup('codes', stranger, own).forecast(own[0]?.damage).kind).toBe('not-enough')
})

test('damage beyond all runs has no band, only the loss of the worst of them', () => {
  const forecast = learnGroup('codes', stranger, lessons).forecast(40)
  expect(forecast).toMatchObject({ kind: 'beyond' })
})

test('damage that is not known has no band', () => {
  expect(learnGroup('codes', stranger, lessons).forecast(undefined).kind).toBe('not-enough')
})

test('bands hold nine tenths of the runs of networks that taught nothing, over many made-up worlds', () => {
  const worlds = Array.from({ length: 20 }, (_, seed) => {
    const made = madeUpLessons({ seed, networks: 5, runsEach: 30 })
    const accuracies = new Map(made.map(({ network }) => [network.sha256, 0.9]))
    return heldOutCoverage(made, accuracies)
  })
  const runs = worlds.reduce((sum, world) => sum + world.runs, 0)
  const covered = worlds.reduce((sum, world) => sum + world.covered, 0)
  expect(covered / runs).toBeGreaterThan(0.85)
  expect(covered / runs).toBeLessThan(0.95)
})
