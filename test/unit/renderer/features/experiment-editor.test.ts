import { describe, expect, test } from 'vitest'
import { baselinePresets } from '#shared/methods/direct/presets.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import { compressPresets } from '#shared/methods/nern/presets.ts'
import { trainDefaults } from '#shared/training/defaults.ts'
import type { NetworkShape } from '#shared/package/accounting.ts'
import { summaryOf } from '#shared/experiment/experiment-summary.ts'
import type { CommandHandlers } from '#shared/protocol/contract.ts'
import type { ExperimentRecord, NetworkRecord } from '#shared/protocol/records.ts'
import { ExperimentEditor } from '#renderer/features/new-experiment/experiment-editor.svelte.ts'
import type { Route } from '#renderer/state/routes.ts'
import { completedRun, experimentRecord } from '#test/support/experiment-records.ts'
import { networkRecord } from '#test/support/records.ts'
import { LaterAnswer, refusal } from '#test/support/scripted-api.ts'
import { openStudio } from '../support.ts'

type Start = Omit<Extract<Route, { readonly name: 'new-experiment' }>, 'name'>

const shape: NetworkShape = {
  representedLayers: [{ name: 'conv', shape: [64, 64, 3, 3] }],
  remainder: [{ name: 'fc.weight', shape: [10, 65], group: 'linear', isVariance: false }],
}
const networks: readonly NetworkRecord[] = [
  networkRecord(),
  networkRecord({ id: 'net-2', name: 'Second', architecture: 'resnet56-cifar-b' }),
]
const answers: Partial<CommandHandlers> = {
  'networks.list': async () => networks,
  'networks.get': async ({ id }) => ({
    record: networkRecord({ id }),
    ...{ shape, layers: [], evaluations: [] },
  }),
}

async function openEditor(start: Start = {}, from?: ExperimentRecord, other: Partial<CommandHandlers> = {}) {
  const opened = await openStudio({ ...answers, ...other })
  const editor = new ExperimentEditor(opened.studio, start, from)
  return { ...opened, editor }
}

describe('where the form starts', () => {
  test('with the first preset of a compression, on what the library has', async () => {
    const { editor } = await openEditor()
    expect([editor.kind, editor.presetId, editor.networkId, editor.datasetId]).toEqual([
      'compress',
      compressPresets[0]?.id,
      'net-1',
      'data-1',
    ])
    expect([editor.parsed.config, editor.changed.size, editor.canSave]).toEqual([fastConfig, 0, true])
  })

  test('with the preset that a link names, and its kind', async () => {
    const { editor } = await openEditor({ kind: 'baseline', presetId: 'baseline-int4', networkId: 'net-2' })
    expect([editor.kind, editor.presetId, editor.networkId]).toEqual(['baseline', 'baseline-int4', 'net-2'])
    expect(editor.parsed.config).toEqual(baselinePresets.find(({ id }) => id === 'baseline-int4')?.config)
  })

  test('with the configuration of another experiment, as its copy', async () => {
    const config = { ...trainDefaults, epochs: 7 }
    const from = experimentRecord({ name: 'Mine', config, networkId: 'net-2' })
    const { editor } = await openEditor({ fromId: from.id }, from)
    expect([editor.kind, editor.name, editor.networkId]).toEqual(['train', '', 'net-2'])
    expect([editor.automaticName, editor.origin?.name]).toEqual(['Mine copy', 'Mine'])
    editor.put('epochs', '9')
    expect(editor.automaticName).toBe('Mine, epochs 9')
    editor.put('epochs', '7')
    expect([editor.parsed.config, [...editor.changed]]).toEqual([config, ['epochs']])
  })

  test('with the predictor of a finished run, and no steps yet', async () => {
    const from = experimentRecord({ name: 'Mine', latestRun: completedRun({ correct: 9000 }) })
    const start = { fromId: from.id, startRunId: 'run-of-experiment-1' }
    const { editor } = await openEditor(start, from)
    expect([editor.name, editor.startName]).toEqual(['Mine continued', 'a finished compression'])
    expect(editor.parsed.config).toMatchObject({ reconstruction: { steps: 0 }, distillation: { steps: 0 } })
  })
})

describe('choosing', () => {
  test('a preset types its values in, and keeps those of the other kinds', async () => {
    const { editor } = await openEditor()
    editor.put('predictor.hiddenSize', '99')
    editor.choosePreset('baseline-int2')
    editor.kind = 'baseline'
    expect(editor.typed['quantisation.precision']).toBe('int2')
    editor.kind = 'compress'
    expect(editor.typed['predictor.hiddenSize']).toBe('99')
  })

  test('a training starts from random weights, or from a network that brings its architecture', async () => {
    const { editor } = await openEditor({ kind: 'train' })
    expect([editor.networkId, editor.presetId]).toEqual([undefined, 'training'])
    editor.chooseStart('net-2')
    expect([editor.networkId, editor.typed['architecture']]).toEqual(['net-2', 'resnet56-cifar-b'])
    editor.put('architecture', 'vgg11-bn-cifar')
    expect(editor.networkId).toBeUndefined()
  })

  test('another network drops the predictor that belongs to the one before; the same one keeps it', async () => {
    const from = experimentRecord({ latestRun: completedRun({ correct: 9000 }) })
    const { editor } = await openEditor({ fromId: from.id, startRunId: 'run-of-experiment-1' }, from)
    editor.chooseNetwork('net-1')
    expect(editor.startName).toBe('a finished compression')
    editor.chooseNetwork('net-2')
    expect([editor.startName, editor.networkId]).toEqual([undefined, 'net-2'])
  })
})

describe('typing', () => {
  test('a value that is not allowed marks the form; resetting takes the value of the preset', async () => {
    const { editor } = await openEditor()
    editor.put('predictor.hiddenSize', '12.5')
    expect([editor.isWrong, editor.canSave, Object.keys(editor.parsed.problems)]).toEqual([
      true,
      false,
      ['predictor.hiddenSize'],
    ])
    editor.reset('predictor.hiddenSize')
    expect([editor.isWrong, editor.changed.size]).toEqual([false, 0])
  })

  test('sizes follow the values once the layers of the chosen network are known', async () => {
    const { editor } = await openEditor()
    expect(editor.sizes).toBeUndefined()
    await editor.network.load()
    const before = editor.sizes?.totalBytes ?? 0
    editor.put('predictor.hiddenSize', '320')
    expect(editor.sizes?.totalBytes).toBeGreaterThan(before)
    editor.chooseNetwork('net-2')
    expect(editor.sizes).toBeUndefined()
  })

  test('a training has no sizes, a baseline has those of its method', async () => {
    const { editor } = await openEditor({ presetId: 'baseline-int4' })
    await editor.network.load()
    editor.kind = 'baseline'
    expect(editor.sizes?.parts.some(({ part }) => part === 'kernels')).toBe(true)
    editor.kind = 'train'
    expect(editor.sizes).toBeUndefined()
  })

  test('advice says what is allowed and hardly meant', async () => {
    const { editor } = await openEditor({ kind: 'train' })
    expect(editor.advice).toEqual([])
    editor.put('warmupEpochs', editor.typed['epochs'] ?? '')
    expect(editor.advice).toHaveLength(1)
  })
})

describe('coded kernels', () => {
  test('are expected to take what was asked for, unless the step was', async () => {
    const { editor } = await openEditor({ kind: 'spectral' })
    await editor.network.load()
    expect(editor.sizes?.compressionRatio).toBeCloseTo(15, 2)
    editor.put('size.target', 'step')
    expect([editor.sizes, editor.isWrong]).toEqual([undefined, false])
  })

  test('are refused with layers that the chosen network lacks, once its layers are known', async () => {
    const { editor } = await openEditor({ kind: 'spectral' })
    editor.put('layers', 'conv9 exact')
    expect([editor.isWrong, editor.layerNames]).toEqual([false, []])
    await editor.network.load()
    expect(editor.parsed.problems).toEqual({ layers: 'The network has no layer conv9. Did you mean conv?' })
    expect([editor.canSave, editor.layerNames, editor.kept]).toEqual([false, ['conv'], []])
    editor.put('layers', 'conv exact')
    expect([editor.canSave, editor.kept[0]]).toEqual([
      true,
      'Layers marked exact are kept to the bit, with their batch norms: conv.',
    ])
  })

  test('that leave linear layers no room are advised against', async () => {
    const { editor } = await openEditor({ kind: 'spectral' }, undefined, {
      'networks.get': async ({ id }) => ({
        record: networkRecord({ id }),
        shape: {
          representedLayers: [{ name: 'conv', shape: [8, 8, 3, 3] }],
          remainder: [
            { name: 'fc.weight', shape: [4096, 4096], group: 'linear', isVariance: false, linearShape: [4096, 4096] },
          ],
        },
        layers: [],
        evaluations: [],
      }),
    })
    await editor.network.load()
    expect(editor.advice).toEqual([
      'Linear layers alone take 12.00 MiB so: choose codes for them, or ask for a larger file.',
    ])
    editor.put('storage.linear', 'coded')
    expect(editor.advice).toEqual([])
  })

  test('without a transform or with rounding that saves bits come with advice', async () => {
    const { editor } = await openEditor({ kind: 'spectral' })
    editor.put('transform', 'none')
    editor.put('rounding.rateWeight', '0.1')
    expect(editor.advice).toHaveLength(2)
    editor.put('distillation.steps', '10')
    expect(editor.advice).toEqual(['The learning-rate warm-up is as long as the distillation.'])
  })
})

describe('what is missing', () => {
  test('an empty library asks for imports', async () => {
    const { editor } = await openEditor({}, undefined, {
      'networks.list': async () => [],
      'datasets.list': async () => [],
    })
    expect([editor.missing.length, editor.canSave]).toEqual([2, false])
    editor.kind = 'train'
    expect(editor.missing).toHaveLength(1)
  })
})

describe('saving', () => {
  const created = experimentRecord({ id: 'new', name: 'Mine' })

  test('creates what is typed and opens it', async () => {
    const { editor, studio, api } = await openEditor({}, undefined, { 'experiments.create': async () => created })
    editor.name = '  Mine '
    await editor.save(true)
    expect(api.inputsOf('experiments.create')).toEqual([
      { config: fastConfig, networkId: 'net-1', datasetId: 'data-1', enqueue: true, name: 'Mine' },
    ])
    expect(studio.router.route).toEqual({ name: 'run', experimentId: 'new' })
    expect(studio.experiments.get('new')?.name).toBe('Mine')
  })

  test('goes on from the predictor that was chosen', async () => {
    const from = experimentRecord({ latestRun: completedRun({ correct: 9000 }) })
    const start = { fromId: from.id, startRunId: 'run-of-experiment-1' }
    const { editor, api } = await openEditor(start, from, { 'experiments.create': async () => created })
    await editor.save(false)
    expect(api.inputsOf('experiments.create')).toMatchObject([{ config: { start: { runId: 'run-of-experiment-1' } } }])
  })

  test('a training from random weights names no network and has no name of its own', async () => {
    const { editor, api } = await openEditor({ kind: 'train' }, undefined, {
      'experiments.create': async () => created,
    })
    await editor.save(false)
    expect(api.inputsOf('experiments.create')).toEqual([{ config: trainDefaults, datasetId: 'data-1', enqueue: false }])
  })

  test('a clone says what it was cloned from', async () => {
    const from = experimentRecord({ id: 'exp-1', name: 'Mine' })
    const { editor, api } = await openEditor({ fromId: 'exp-1' }, from, { 'experiments.create': async () => created })
    await editor.save(false)
    expect(api.inputsOf('experiments.create')).toMatchObject([{ clonedFrom: 'exp-1' }])
  })

  test('a draft that is edited stays what it is, and can go on into the queue', async () => {
    const from = experimentRecord({ id: 'exp-1', name: 'Mine', status: 'draft' })
    const { editor, api } = await openEditor({ editId: 'exp-1' }, from, {
      'experiments.edit': async () => from,
      'queue.enqueue': async () => ({ isActive: true, running: [], waiting: ['exp-1'], paused: [], places: 1 }),
    })
    expect([editor.name, editor.isEdit, editor.origin]).toEqual(['Mine', true, undefined])
    editor.put('seed', '5')
    await editor.save(true)
    expect(api.asked.map(({ command }) => command)).toEqual(['experiments.edit', 'queue.enqueue'])
    expect(api.inputsOf('experiments.edit')).toMatchObject([{ id: 'exp-1', name: 'Mine', config: { seed: 5 } }])
  })

  test('a second press while it is saved creates nothing', async () => {
    const answer = new LaterAnswer<ExperimentRecord>()
    const { editor, api } = await openEditor({}, undefined, { 'experiments.create': () => answer.promise })
    const saving = editor.save(true)
    await editor.save(true)
    expect([editor.isSaving, api.inputsOf('experiments.create').length]).toEqual([true, 1])
    answer.give(created)
    await saving
    expect(editor.isSaving).toBe(false)
  })

  test('a refusal leaves everything as it was typed', async () => {
    const { editor, studio } = await openEditor({}, undefined, {
      'experiments.create': async () => {
        throw refusal('dataset-mismatch', 'The classes differ.')
      },
    })
    editor.put('predictor.hiddenSize', '99')
    await editor.save(true)
    expect([editor.typed['predictor.hiddenSize'], editor.canSave, studio.router.route.name]).toEqual([
      '99',
      true,
      'home',
    ])
    expect(studio.toasts.items).toMatchObject([{ tone: 'negative', detail: 'The classes differ.' }])
  })
})

describe('a form that is left', () => {
  test('is kept once something was typed, and comes back as it was, half-typed numbers too', async () => {
    const { editor, studio } = await openEditor()
    expect(editor.isTouched).toBe(false)
    editor.name = 'Half a na'
    editor.kind = 'baseline'
    editor.choosePreset('baseline-int4')
    editor.kind = 'compress'
    editor.put('predictor.hiddenSize', '1e')
    editor.chooseNetwork('net-2')
    expect(editor.isTouched).toBe(true)

    const again = new ExperimentEditor(studio, {}, undefined, editor.content)
    expect([again.name, again.kind, again.networkId, again.typed['predictor.hiddenSize']]).toEqual([
      'Half a na',
      'compress',
      'net-2',
      '1e',
    ])
    again.kind = 'baseline'
    expect(again.presetId).toBe('baseline-int4')
    expect(again.isTouched).toBe(true)
  })

  test('leaves out what is no longer there', async () => {
    const { editor, studio } = await openEditor()
    const left = {
      ...editor.content,
      networkId: 'gone',
      presetIds: { compress: 'gone' },
      typed: { compress: { 'gone.parameter': '1', seed: '7' } },
    }
    const again = new ExperimentEditor(studio, {}, undefined, left)
    expect([again.networkId, again.presetId, again.typed['seed']]).toEqual(['net-1', 'fast', '7'])
    expect(again.typed['gone.parameter']).toBeUndefined()
  })

  test('is forgotten when its experiment is created', async () => {
    const { editor, studio } = await openEditor({}, undefined, {
      'experiments.create': async () => experimentRecord({ id: 'new' }),
      'window.remember': async () => undefined,
    })
    editor.name = 'Mine'
    studio.memory.keepForm(editor.content)
    await editor.save(true)
    expect(studio.memory.form({})).toBeUndefined()
  })
})

test('a new form takes network and data set of the newest experiment whose network is still there', async () => {
  const experiment = (id: string, createdAt: string, networkId: string) =>
    summaryOf(experimentRecord({ id, createdAt, networkId }))
  const { editor } = await openEditor({}, undefined, {
    'experiments.list': async () => ({
      items: [
        experiment('a', '2026-01-01T00:00:00Z', 'net-1'),
        experiment('b', '2026-01-02T00:00:00Z', 'net-2'),
        experiment('c', '2026-01-03T00:00:00Z', 'gone'),
      ],
      total: 3,
    }),
  })
  expect([editor.networkId, editor.datasetId]).toEqual(['net-2', 'data-1'])
})
