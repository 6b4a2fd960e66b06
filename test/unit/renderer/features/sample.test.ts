import { expect, test } from 'vitest'
import { sampleShape } from '#main/library/sample-shape.ts'
import { sampleSteps } from '#renderer/features/home/sample-steps.ts'
import { sizeBreakdown } from '#shared/methods/nern/accounting.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'

test('the first screen expects what the preset is estimated to give', () => {
  const { compressionRatio } = sizeBreakdown(sampleShape(), fastConfig)
  expect(sampleSteps(sampleShape()).at(-1)?.text).toContain(`Expected: ${compressionRatio.toFixed(2)}× smaller`)
  expect(sampleSteps(undefined).at(-1)?.text).not.toContain('Expected')
})
