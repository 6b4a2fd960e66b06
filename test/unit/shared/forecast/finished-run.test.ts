import { expect, test } from 'vitest'
import { finishedRuns, lessonOf, type FinishedRun } from '#shared/forecast/finished-run.ts'
import { heldOutCoverage } from '#shared/forecast/held-out-coverage.ts'
import { recordedRuns } from '#shared/forecast/recorded-runs.ts'
import { accuracyOf } from '#shared/experiment/plan.ts'

const network = { sha256: 'own', title: 'Own', classes: 10, inputSide: 32, mayKnowValidation: false }
const run: FinishedRun = {
  network,
  group: 'codes',
  ratio: 15,
  distortion: 0.02,
  accuracies: [
    { split: 'validation', original: { correct: 90, total: 100 }, reconstructed: { correct: 82, total: 100 } },
    { split: 'test', original: { correct: 60, total: 100 }, reconstructed: { correct: 50, total: 100 } },
  ],
}

test('a run teaches another network by its test images', () => {
  expect(lessonOf(run, 'other')).toMatchObject({ group: 'codes', damage: 0.02, lostShare: expect.closeTo(0.2) })
})

test('a run teaches its own network by the validation split: test images choose nothing', () => {
  expect(lessonOf(run, 'own')).toMatchObject({ lostShare: expect.closeTo(0.1) })
})

test('a network that may know the validation images learns nothing from its own runs', () => {
  expect(lessonOf({ ...run, network: { ...network, mayKnowValidation: true } }, 'own')).toBeUndefined()
})

test('what was trained is measured by its ratio', () => {
  expect(lessonOf({ ...run, group: 'distilled-codes' }, 'other')?.damage).toBe(15)
})

test.each([
  ['without a distortion', { ...run, distortion: undefined }],
  ['without its accuracy', { ...run, accuracies: [] }],
  [
    'of a network that knows no more than chance',
    {
      ...run,
      accuracies: run.accuracies.map((pair) => ({ ...pair, original: { correct: 10, total: 100 } })),
    },
  ],
])('a run %s teaches nothing', (_what, poor) => {
  expect(lessonOf(poor, 'other')).toBeUndefined()
})

test('a run of a network that is not recorded is refused', () => {
  const recorded = {
    network: 'missing',
    group: 'codes' as const,
    method: 'int8',
    bytes: 1,
    ratio: 4,
    correct: { validation: 1, test: 1 },
  }
  expect(() => finishedRuns({ networks: [], runs: [recorded] })).toThrow('a recorded run is of missing')
})

test('the recorded runs hold what docs/knob.md says: 60 runs of three networks, bands that hold 85 to 95 % of them', () => {
  const lessons = recordedRuns.flatMap((recorded) => lessonOf(recorded, 'none of them') ?? [])
  const accuracies = new Map(
    recordedRuns.flatMap(({ network: { sha256 }, accuracies: pairs }) =>
      pairs.flatMap(({ split, original }) => (split === 'test' ? [[sha256, accuracyOf(original)] as const] : [])),
    ),
  )
  const { networks, runs, covered, medianWidth } = heldOutCoverage(lessons, accuracies)
  expect(networks).toHaveLength(3)
  expect(runs).toBeGreaterThanOrEqual(60)
  expect(covered / runs).toBeGreaterThanOrEqual(0.85)
  expect(covered / runs).toBeLessThanOrEqual(0.95)
  expect(medianWidth).toBeLessThanOrEqual(1.5)
})
