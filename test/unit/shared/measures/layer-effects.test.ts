import { expect, test } from 'vitest'
import { shownEffects, type LayerEffects } from '#shared/measures/layer-effects.ts'
import { formatLayerEffects, layerEffectsCsv } from '#shared/plain-text/layer-effects-table.ts'

const effects: LayerEffects = {
  images: 1000,
  original: 900,
  reconstructed: 860,
  layers: [
    { name: 'conv1.weight', weights: 432, isChanged: true, only: { lost: 5, won: 5 }, putBack: { lost: 4, won: 9 } },
    {
      name: 'conv2.weight',
      weights: 864,
      isChanged: true,
      only: { lost: 30, won: 2 },
      putBack: { lost: 1, won: 21 },
    },
    { name: '', weights: 0, isChanged: true, only: { lost: 0, won: 1 }, putBack: { lost: 0, won: 0 } },
  ],
}
const record = {
  ...effects,
  runId: 'run-1',
  packageSha256: 'p',
  datasetSha256: 'd',
  split: 'validation',
  device: 'cpu',
  createdAt: '2030',
} as const

test('the layer that hurts most comes first, with intervals around what it loses and wins back', () => {
  const [worst, next, last] = shownEffects(effects)
  expect([worst?.name, next?.name, last?.name]).toEqual(['conv2.weight', 'conv1.weight', ''])
  expect(worst).toMatchObject({ lostAlone: 0.028, wonBack: 0.02 })
  expect(next).toMatchObject({ lostAlone: 0, wonBack: 0.005 })
  expect(last).toMatchObject({ lostAlone: -0.001 })
  for (const { lostAlone, lostAloneInterval, wonBack, wonBackInterval } of shownEffects(effects)) {
    expect(lostAloneInterval.low).toBeLessThan(lostAlone + 0.001)
    expect(lostAloneInterval.high).toBeGreaterThan(lostAlone - 0.001)
    expect(wonBackInterval.low).toBeLessThanOrEqual(wonBack)
    expect(wonBackInterval.high).toBeGreaterThanOrEqual(wonBack)
  }
})

test('stand in a table and in a CSV file', () => {
  const [title, , head, first] = formatLayerEffects(record).split('\n')
  expect(title).toBe(
    'On 1,000 images of the validation split the original classifies 90.00 % correctly, the reconstruction 86.00 %.',
  )
  expect(head).toMatch(/layer +weights +lost alone +won when put back/)
  expect(first).toMatch(/^conv2.weight +864 +\+2.80 points +\+2.00 points$/)
  expect(layerEffectsCsv(record).split('\r\n').slice(0, 2)).toEqual([
    'split,images,layer,weights,alone_lost,alone_won,put_back_lost,put_back_won',
    'validation,1000,conv1.weight,432,5,5,4,9',
  ])
})
