import { describe, expect, test } from 'vitest'
import { families } from '#shared/experiment/experiment-config.ts'
import { familyOf } from '#shared/experiment/families.ts'
import { spectralDefaults } from '#shared/methods/spectral/defaults.ts'
import { parametersOf } from '#shared/parameters/parameter-catalogue.ts'
import { parseValues, typedValues } from '#renderer/features/new-experiment/config-editing.ts'
import { findPreset, perFamily, windowFamilyOf } from '#renderer/families/table.ts'

test('every family is offered once', () => {
  expect(Object.keys(perFamily((kind) => kind)).toSorted()).toEqual(families.toSorted())
})

test('every family has a mark of its own', () => {
  const marks = families.map((kind) => windowFamilyOf({ kind }).point.mark)
  expect(new Set(marks).size).toBe(families.length)
})

describe.each(families)('the form of the family %s', (kind) => {
  const { form } = windowFamilyOf({ kind })

  test('begins with a preset that can be saved as it is', () => {
    const preset = findPreset(form.firstPresetId)
    if (preset === undefined) throw new Error(`There is no preset ${form.firstPresetId}.`)
    expect(form.presets).toContain(preset)
    expect(parseValues(kind, typedValues(preset.config))).toEqual({ config: preset.config, problems: {} })
  })

  test('takes the architecture from a network that may be left out, where it has such a parameter', () => {
    const paths = parametersOf(kind).map(({ path }) => path)
    expect(form.network.optional === undefined || paths.includes(form.network.optional.architecturePath)).toBe(true)
  })

  test('can go on from a predictor just where the family can', () => {
    expect(form.predictorStart === undefined).toBe(familyOf({ kind }).continued === undefined)
  })

  test('puts a run in that it finds again', () => {
    const { predictorStart, presets } = form
    const [config] = presets.map((preset) => preset.config)
    if (config === undefined) throw new Error('It has no preset.')
    expect(predictorStart?.runIdOf(predictorStart.put(config, 'run-1'))).toBe(
      predictorStart === undefined ? undefined : 'run-1',
    )
  })
})

test('each parameter of coded kernels is shown for some choices, and none of them shows all', () => {
  const { form } = windowFamilyOf({ kind: 'spectral' })
  const rows = parametersOf('spectral')
  const choices = ['ratio', 'bytes', 'step'].map((target) => ({
    ...typedValues(spectralDefaults),
    'size.target': target,
    'correction.images': 'noise',
    'distillation.steps': '400',
  }))
  expect(rows.filter((row) => !choices.some((typed) => form.hasEffect(row, typed)))).toEqual([])
  expect(choices.filter((typed) => rows.every((row) => form.hasEffect(row, typed)))).toEqual([])
})

test('each heading is shown for some method of its family, and each method leaves some of its family out', () => {
  const { form } = windowFamilyOf({ kind: 'baseline' })
  const rows = parametersOf('baseline')
  const choice = rows.find(({ path }) => path === 'method')?.control
  if (choice?.type !== 'choice') throw new Error('The method is no choice.')
  const methods = choice.options.map(({ value }) => value)
  expect(rows.filter((row) => !methods.some((method) => form.hasEffect(row, { method })))).toEqual([])
  expect(methods.filter((method) => rows.every((row) => form.hasEffect(row, { method })))).toEqual([])
})
