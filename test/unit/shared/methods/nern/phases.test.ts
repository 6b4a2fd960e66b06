import { expect, it } from 'vitest'
import { plannedSteps, segmentsOf } from '#shared/methods/nern/phases.ts'
import type { CompressConfig } from '#shared/methods/nern/config.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'

const config = (method: CompressConfig['quantisation']['method'], steps: number): CompressConfig => ({
  ...fastConfig,
  reconstruction: { ...fastConfig.reconstruction, steps: 10_000 },
  distillation: { ...fastConfig.distillation, steps: 400 },
  quantisation: { ...fastConfig.quantisation, method, steps },
})

it('has a segment for each phase with steps, one after another', () => {
  expect(segmentsOf(config('straight-through', 50))).toEqual([
    { phase: 'reconstruction', first: 0, steps: 10_000, before: 0 },
    { phase: 'distillation', first: 10_000, steps: 400, before: 0 },
    { phase: 'quantisation', first: 10_400, steps: 50, before: 0 },
  ])
})

it('rounds a layer at a time, in equal shares of the steps', () => {
  expect(segmentsOf(config('layer-by-layer', 8)).slice(2)).toEqual([
    { phase: 'quantisation', first: 10_400, steps: 1, before: 0, layer: 0 },
    { phase: 'quantisation', first: 10_401, steps: 2, before: 1, layer: 1 },
    { phase: 'quantisation', first: 10_403, steps: 1, before: 3, layer: 2 },
    { phase: 'quantisation', first: 10_404, steps: 2, before: 4, layer: 3 },
    { phase: 'quantisation', first: 10_406, steps: 2, before: 6, layer: 4 },
  ])
})

it.each(['straight-through', 'layer-by-layer'] as const)('loses no step (%s)', (method) => {
  const given = config(method, 333)
  const segments = segmentsOf(given)
  expect(segments.reduce((sum, { steps }) => sum + steps, 0)).toBe(plannedSteps(given))
  segments.forEach(({ first }, at) => {
    const before = segments.slice(0, at).reduce((sum, { steps }) => sum + steps, 0)
    expect(first).toBe(before)
  })
})
