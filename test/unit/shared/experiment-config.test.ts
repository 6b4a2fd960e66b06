import { expect, test } from 'vitest'
import { compressConfigSchema } from '#shared/experiment-config.ts'
import { fastConfig } from '#shared/fast-preset.ts'

test('a configuration written before there were refinements has none', () => {
  const older = { ...fastConfig, permutation: { mode: 'in-filter' } }
  expect(compressConfigSchema.parse(older).permutation).toEqual({
    mode: 'in-filter',
    refinement: 'none',
    refinementPasses: 5,
  })
})
