import { expect, test } from 'vitest'
import { ForkForm, type ForkField } from '#renderer/features/run/fork-form.svelte.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import { directDefaults } from '#shared/methods/direct/defaults.ts'

const at = (step: number) => ({ step, totalSteps: 10_300 })

function fieldOf(form: ForkForm, path: string): ForkField | undefined {
  return form.fields.find(({ row }) => row.path === path)
}

test('offers choices and switches beside numbers, and puts what is chosen into the configuration', () => {
  const form = new ForkForm(fastConfig, at(fastConfig.reconstruction.steps))
  const images = fieldOf(form, 'distillation.images')
  if (images === undefined) throw new Error('no choice of images')
  expect(images.row.control.type).toBe('choice')
  form.put(images, 'gaussian-noise')
  expect(form.config).toEqual({ ...fastConfig, distillation: { ...fastConfig.distillation, images: 'gaussian-noise' } })

  const baseline = new ForkForm(
    { ...directDefaults, distillation: { ...directDefaults.distillation, steps: 10 } },
    at(4),
  )
  const coding = fieldOf(baseline, 'storage.entropyCoding')
  if (coding === undefined) throw new Error('no switch of the coding')
  baseline.put(coding, false)
  expect(baseline.config).toMatchObject({ storage: { entropyCoding: false } })
})

test('is left as it is where nothing is changed', () => {
  expect(new ForkForm(fastConfig, at(100)).config).toEqual(fastConfig)
})

test('says what is wrong with a field, and asks for no less than what is done', () => {
  const form = new ForkForm(fastConfig, at(100))
  const steps = fieldOf(form, 'reconstruction.steps')
  if (steps === undefined) throw new Error('no steps')
  form.put(steps, '99')
  expect([form.isWrong, form.problemOf(steps)]).toEqual([true, 'So much is done already: type 100 or more.'])
  form.put(steps, 'many')
  expect(form.problemOf(steps)).toMatch(/^Type a whole number/)
  form.put(steps, '100')
  expect(form.isWrong).toBe(false)
})
