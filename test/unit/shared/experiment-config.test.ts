import { expect, test } from 'vitest'
import { compressConfigSchema, trainConfigSchema } from '#shared/experiment-config.ts'
import { fastConfig } from '#shared/fast-preset.ts'
import { trainDefaults } from '#shared/presets.ts'

test('a configuration written before there were refinements has none', () => {
  const older = { ...fastConfig, permutation: { mode: 'in-filter' } }
  expect(compressConfigSchema.parse(older).permutation).toEqual({
    mode: 'in-filter',
    refinement: 'none',
    refinementPasses: 5,
  })
})

test('a training configured before there was a smoothness term has none', () => {
  const { smoothness: _smoothness, ...older } = trainDefaults
  expect(trainConfigSchema.parse(older)).toEqual({ ...older, smoothness: { form: 'cosine', weight: 0 } })
})

test('a configuration written before kernels were cached predicts all of them in every step', () => {
  const { refreshEverySteps: _absent, ...distillation } = fastConfig.distillation
  expect(compressConfigSchema.parse({ ...fastConfig, distillation }).distillation.refreshEverySteps).toBe(0)
})

test('a compression from before linear layers could be represented represents none', () => {
  const { representation: _absent, ...older } = fastConfig
  expect(compressConfigSchema.parse(older).representation).toEqual({ linearLayers: false })
})
