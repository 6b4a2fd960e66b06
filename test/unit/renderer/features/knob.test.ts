import { onTestFinished, describe, expect, test } from 'vitest'
import type { CommandHandlers } from '#shared/protocol/contract.ts'
import { ok } from '#shared/basics/result.ts'
import { bandScale, placeOf } from '#renderer/features/knob/band-scale.ts'
import { Knob } from '#renderer/features/knob/knob.svelte.ts'
import { readLimits } from '#renderer/features/knob/limits-form.ts'
import { verdictOf } from '#renderer/features/knob/search-view.ts'
import { datasetRecord } from '#test/support/records.ts'
import { inventedCandidates, inventedSearch } from '#test/support/renderer-harness/invented-candidates.ts'
import { openStudio } from '../support.ts'

const subject = {
  network: { networkId: 'net-1' },
  classes: 10,
  networkId: 'net-1',
  stored: () => Promise.resolve(ok({ id: 'net-1' })),
}

async function open(answers: Partial<CommandHandlers> = {}) {
  const { studio, api } = await openStudio({
    'candidates.find': async ({ limits }) => inventedCandidates(limits),
    'candidates.search': async ({ networkId, datasetId, limits }) => inventedSearch({ networkId, datasetId, limits }),
    'tasks.cancel': async () => undefined,
    ...answers,
  })
  const knob = new Knob(studio, () => subject)
  onTestFinished(() => knob.dispose())
  return { studio, api, knob }
}

describe('the fields', () => {
  test.each([
    ['0.5', '', { points: 0.5 }],
    ['0,5', ' 100 ', { points: 0.5, bytes: 102_400 }],
    ['', '62.5', { bytes: 64_000 }],
    ['', '', undefined],
    ['-1', '100', undefined],
    ['half', '', undefined],
    ['0.5', '0', undefined],
  ])('"%s" points and "%s" KiB', (points, kibibytes, limits) => {
    expect(readLimits({ points, kibibytes }).limits).toEqual(limits)
  })

  test('say what is wrong with each', () => {
    expect(Object.keys(readLimits({ points: 'x', kibibytes: 'y' }).problems)).toEqual(['points', 'kibibytes'])
  })
})

describe('the knob', () => {
  test('asks for candidates on the data set of the network, and knows when they are out of date', async () => {
    const { api, knob } = await open()
    await knob.find()
    expect(api.inputsOf('candidates.find')).toMatchObject([
      { network: { networkId: 'net-1' }, datasetId: datasetRecord().id, limits: { points: 0.5 } },
    ])
    expect(knob.finding.current?.candidates[0]?.reason).toBe('safe')
    expect(knob.isCurrent).toBe(true)
    knob.points = '1'
    expect(knob.isCurrent).toBe(false)
  })

  test('shows the search that was announced for its network', async () => {
    const { api, knob } = await open()
    expect(knob.search).toBeUndefined()
    const search = inventedSearch({ networkId: 'net-1', datasetId: 'data-1', limits: { points: 0.5 } })
    api.announce('search-changed', { ...search, id: 'other', networkId: 'net-2' })
    expect(knob.search).toBeUndefined()
    api.announce('search-changed', search)
    expect(knob.search?.status).toBe('fitted')
    const verdicts = search.attempts.slice(0, 3).map((attempt) => verdictOf(search, attempt).text)
    expect(verdicts).toEqual(['loses too much', 'fits', 'not needed'])
  })
})

test('bands share an axis that begins at nothing lost, and go on to its end', () => {
  const learntFrom = { runs: 60, networks: [], ownRuns: 0 }
  const scale = bandScale(
    [
      { kind: 'band', low: -0.2, middle: 0.3, high: 0.8, learntFrom },
      { kind: 'band', low: 2, middle: 9, high: 40, learntFrom },
    ],
    0.5,
  )
  expect(scale).toEqual({ from: -0.2, to: 3 })
  expect([placeOf(-0.2, scale), placeOf(1.4, scale), placeOf(40, scale)]).toEqual([0, 50, 100])
})
