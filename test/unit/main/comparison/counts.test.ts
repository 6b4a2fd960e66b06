import { expect, it } from 'vitest'
import { agreementOf, alignConfigs, perClassAccuracy } from '#main/comparison/counts.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import { trainDefaults } from '#shared/training/defaults.ts'

it('counts who is right over the images both saw', () => {
  expect(agreementOf([0, 0, 1, 1, 9], [0, 1, 0, 1], [0, 0, 0, 0])).toEqual({
    bothRight: 1,
    onlyFirst: 1,
    onlySecond: 1,
    bothWrong: 1,
  })
})

it('gives the fraction right by class, 0 where there are no images', () => {
  expect(perClassAccuracy([0, 1, 1, 1], [0, 0, 1, 1], 3)).toEqual([0.5, 1, 0])
})

it('lists leaves of configurations with what differs, also of different kinds', () => {
  const other = { ...fastConfig, predictor: { ...fastConfig.predictor, hiddenSize: 80 } }
  const rows = alignConfigs([fastConfig, other])
  expect(rows.filter(({ isSame }) => !isSame)).toEqual([
    { path: 'predictor.hiddenSize', values: ['160', '80'], isSame: false },
  ])
  expect(alignConfigs([fastConfig, trainDefaults])).toContainEqual({
    path: 'epochs',
    values: ['', String(trainDefaults.epochs)],
    isSame: false,
  })
})
