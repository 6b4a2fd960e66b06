import { expect, it } from 'vitest'
import { ExperimentEditor } from '#renderer/features/new-experiment/experiment-editor.svelte.ts'
import { SweepEditor } from '#renderer/features/sweep/sweep-editor.svelte.ts'
import { singleRun } from '#shared/experiment/sweep/typed-sweep.ts'
import { nearestPreset } from '#shared/experiment/presets.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import { spectralDefaults } from '#shared/methods/spectral/defaults.ts'
import { parametersOf } from '#shared/parameters/parameter-catalogue.ts'
import type { CommandHandlers } from '#shared/protocol/contract.ts'
import { refusal } from '#test/support/scripted-api.ts'
import { openStudio } from '../support.ts'

const rows = parametersOf('compress')
const record = { id: 'batch-1', name: 'Sizes', createdAt: '2030-01-01T00:00:00.000Z' }

async function openEditor(answers: Partial<CommandHandlers> = {}) {
  const { studio, api } = await openStudio(answers)
  const base = { config: fastConfig, networkId: 'net-1', datasetId: 'data-1' }
  const sweep = new SweepEditor(
    studio,
    () => ({ rows, hasChoices: true }),
    () => base,
  )
  return { studio, api, sweep }
}

it('turns one value into several and back', async () => {
  const { sweep } = await openEditor()
  expect([sweep.isSweep, sweep.valuesOf('predictor.hiddenSize')]).toEqual([false, undefined])
  sweep.vary('predictor.hiddenSize', '64, 96')
  expect([sweep.isSweep, sweep.canSave]).toEqual([true, true])
  sweep.vary('predictor.hiddenSize', '64, many')
  expect(sweep.canSave).toBe(false)
  expect(Object.keys(sweep.read.problems)).toEqual(['predictor.hiddenSize'])
  sweep.keepOne('predictor.hiddenSize')
  expect(sweep.typed).toEqual(singleRun)
})

it('varies what has several values, but neither seeds nor layers', async () => {
  const { sweep } = await openEditor()
  const can = (path: string) => rows.filter((row) => row.path === path).map((row) => sweep.canVary(row))
  expect(can('predictor.hiddenSize')).toEqual([true])
  expect(can('representation.linearLayers')).toEqual([true])
  expect(can('seed')).toEqual([false])
  // There is only one.
  expect(can('predictor.activation')).toEqual([false])
})

it('queues what is typed and opens its batch; where that fails, everything stays', async () => {
  let isRefused = true
  const { studio, api, sweep } = await openEditor({
    'batches.create': async () => {
      if (isRefused) throw refusal('invalid-config', 'It could not run.')
      return { record, columns: [], rows: [] }
    },
  })
  sweep.vary('predictor.hiddenSize', '64, 96')
  sweep.put({ seeds: '2' })
  expect(await sweep.save('', true)).toBe(false)
  expect(studio.toasts.items.map(({ detail }) => detail)).toEqual(['It could not run.'])
  expect(sweep.valuesOf('predictor.hiddenSize')).toBe('64, 96')
  isRefused = false
  expect(await sweep.save('Sizes', true)).toBe(true)
  expect(studio.router.route).toEqual({ name: 'batch', id: 'batch-1' })
  expect(api.inputsOf('batches.create').at(-1)).toMatchObject({
    name: 'Sizes',
    enqueue: true,
    sweep: { networkIds: ['net-1'], seeds: [1, 2], plan: { kind: 'grid' } },
  })
})

it('is left and found again with its form, also half typed', async () => {
  const { studio } = await openStudio()
  const editor = new ExperimentEditor(studio, {}, undefined)
  editor.sweep.vary('predictor.hiddenSize', '64, ')
  editor.sweep.put({ seeds: '' })
  expect([editor.isTouched, editor.isWrong]).toEqual([true, true])
  const again = new ExperimentEditor(studio, {}, undefined, editor.content)
  expect(again.sweep.typed).toEqual(editor.sweep.typed)
  // A configuration put in its place begins with one value of everything.
  again.take({ config: spectralDefaults, preset: nearestPreset(spectralDefaults) })
  expect([again.kind, again.config, again.sweep.isSweep]).toEqual(['spectral', spectralDefaults, false])
})
