import { onTestFinished, describe, expect, test, vi } from 'vitest'
import type { CommandHandlers } from '#shared/protocol/contract.ts'
import type { CompressedFile } from '#shared/protocol/commands/compressed-files.ts'
import type { NetworkInspection } from '#shared/protocol/commands/networks.ts'
import { QuickCompression, type CompressionSubject } from '#renderer/features/compress/quick-compression.svelte.ts'
import { positionOf } from '#renderer/features/compress/ratio-slider.ts'
import { inventedNetwork } from '#test/support/renderer-harness/invented-records.ts'
import { inventedCompressedFile, inventedSketch } from '#test/support/renderer-harness/invented-compression.ts'
import { experimentRecord } from '#test/support/experiment-records.ts'
import { datasetRecord } from '#test/support/records.ts'
import { LaterAnswer, refusal } from '#test/support/scripted-api.ts'
import { openStudio } from '../support.ts'

const file = { token: 'token-1', fileName: 'resnet20.th' }
const { record, shape, layers } = inventedNetwork('net-9', 'Mine', 'resnet20-cifar-b', 'imported', '').detail
const inspection: NetworkInspection = {
  stateDicts: [],
  recognised: {
    architecture: record.architecture,
    classes: record.classes,
    description: { ...record, layers },
    shape,
    inputShape: { channels: 3, height: 32, width: 32 },
    format: 'pytorch-zip',
    sha256: record.sha256,
    sizeBytes: record.sizeBytes,
    evidence: 'made up',
    notes: [],
  },
}
const compressed = (ratio: number): CompressedFile => ({ ...inventedCompressedFile(shape, ratio), id: `file-${ratio}` })

async function open(answers: Partial<CommandHandlers> = {}, subject: CompressionSubject = { kind: 'file', file }) {
  const { studio, api } = await openStudio({
    'networks.inspect': async () => inspection,
    'compressed.sketch': async () => inventedSketch(),
    'compressed.make': async ({ ratio }) => compressed(ratio),
    'compressed.measure': async ({ images }) => ({
      original: { correct: 918, total: images },
      compressed: { correct: 910, total: images },
    }),
    'tasks.cancel': async () => undefined,
    ...answers,
  })
  const compression = new QuickCompression(studio, subject)
  onTestFinished(() => compression.dispose())
  return { studio, api, compression }
}

describe('a network that was chosen', () => {
  test('is recognised, sketched, made 15 times smaller and measured on 1,000 validation images', async () => {
    const { api, compression } = await open()
    await compression.start()
    expect(api.asked.map(({ command }) => command)).toEqual([
      'networks.inspect',
      'compressed.sketch',
      'compressed.make',
      'compressed.measure',
    ])
    expect(api.inputsOf('compressed.make')).toMatchObject([{ network: { file: 'token-1' }, ratio: 15 }])
    expect(api.inputsOf('compressed.measure')).toMatchObject([
      { id: 'file-15', datasetId: datasetRecord().id, images: 1000 },
    ])
    expect(compression.expected?.bytes).toBe(Math.round(1_096_168 / 15))
    expect(compression.measuring.current?.compressed.correct).toBe(910)
  })

  test('of the library needs no recognition', async () => {
    const { api, compression } = await open({}, { kind: 'stored', networkId: 'net-1' })
    await compression.start()
    expect(api.asked[0]).toMatchObject({
      command: 'compressed.sketch',
      input: { network: { networkId: 'net-1' } },
    })
    expect([compression.title, compression.classes]).toEqual(['ResNet-20', 10])
  })

  test('that nobody recognises is not sketched, and what is said of it starts anew', async () => {
    const answers = [{ stateDicts: [] }, inspection]
    const { api, compression } = await open({ 'networks.inspect': async () => answers.shift() ?? inspection })
    await compression.start()
    expect([compression.range, api.inputsOf('compressed.sketch').length]).toEqual([undefined, 0])
    compression.fileChoice.key = 'state_dict_ema'
    await compression.start()
    expect(api.inputsOf('compressed.sketch')).toMatchObject([{ network: { key: 'state_dict_ema' } }])
  })

  test('forgets what it knew once it is no longer recognised', async () => {
    let isKnown = true
    const { compression } = await open({
      'networks.inspect': async () => (isKnown ? inspection : { stateDicts: [] }),
    })
    await compression.start()
    isKnown = false
    await compression.start()
    expect([compression.range, compression.making.value, compression.measuring.value]).toEqual([
      undefined,
      undefined,
      undefined,
    ])
  })
})

describe('the slider', () => {
  test('changes what is expected at once, and makes a file when it rests', async () => {
    vi.useFakeTimers()
    onTestFinished(() => void vi.useRealTimers())
    const { api, compression } = await open()
    await compression.start()
    const range = compression.range ?? { least: 1, most: 1 }
    for (const ratio of [20, 25, 30]) {
      compression.move(positionOf(ratio, range))
      compression.settleSoon()
    }
    expect(compression.ratio).toBeCloseTo(30, 0)
    expect(api.inputsOf('compressed.make').length).toBe(1)
    await vi.advanceTimersByTimeAsync(1000)
    expect(api.inputsOf('compressed.make').map(({ ratio }) => ratio)).toEqual([15, compression.ratio])
  })

  test('ends the measurement of the file before, and what it answers late is not shown', async () => {
    const late = new LaterAnswer<{
      original: { correct: number; total: number }
      compressed: { correct: number; total: number }
    }>()
    let asked = 0
    const count = (correct: number) => ({ correct, total: 1000 })
    const { api, compression } = await open({
      'compressed.measure': () =>
        ++asked === 1 ? late.promise : Promise.resolve({ original: count(918), compressed: count(880) }),
    })
    const first = compression.start()
    await vi.waitUntil(() => asked === 1)
    compression.move(200)
    await compression.settle()
    late.give({ original: count(918), compressed: count(1) })
    await first
    expect(api.inputsOf('tasks.cancel').length).toBe(1)
    expect(compression.measuring.current?.compressed).toEqual(count(880))
  })

  test('out of reach says so, and measures nothing', async () => {
    const { api, compression } = await open({
      'compressed.make': () => {
        throw refusal('invalid-argument', 'Out of reach.')
      },
    })
    await compression.start()
    expect(compression.making.error?.message).toBe('Out of reach.')
    expect(api.inputsOf('compressed.measure')).toEqual([])
  })
})

describe('accuracy', () => {
  test.each([
    ['other classes', datasetRecord({ classNames: ['cat', 'dog'] })],
    ['no validation images', datasetRecord({ counts: { train: 10, validation: 0, test: 10 } })],
  ])('is not measured on a data set with %s', async (_what, dataset) => {
    const { api, compression } = await open({ 'datasets.list': async () => [dataset] })
    await compression.start()
    expect([compression.dataset, api.inputsOf('compressed.measure')]).toEqual([undefined, []])
  })

  test('is measured anew on another data set', async () => {
    const { api, compression } = await open({
      'datasets.list': async () => [datasetRecord(), datasetRecord({ id: 'data-2', name: 'Mine' })],
    })
    await compression.start()
    compression.chooseDataset('data-2')
    await vi.waitUntil(() => compression.measuring.current !== undefined)
    expect(api.inputsOf('compressed.measure').map(({ datasetId }) => datasetId)).toEqual(['data-1', 'data-2'])
  })
})

describe('saving', () => {
  test('suggests a name, and tells what was written', async () => {
    const { api, compression } = await open({
      'files.pick-new': async ({ fileName }) => ({ token: 'token-new', fileName }),
      'compressed.save': async () => ({ fileNames: ['resnet20.spectral.safetensors', 'nern_load.py'] }),
    })
    await compression.start()
    compression.withLoader = true
    await compression.save()
    expect(api.inputsOf('files.pick-new')).toEqual([{ fileName: 'resnet20.spectral.safetensors' }])
    expect(api.inputsOf('compressed.save')).toEqual([{ id: 'file-15', file: 'token-new', withLoader: true }])
    expect(compression.savedNames).toEqual(['resnet20.spectral.safetensors', 'nern_load.py'])
    compression.move(200)
    await compression.settle()
    expect(compression.savedNames).toBeUndefined()
  })

  test('writes nothing when the dialog is closed', async () => {
    const { api, compression } = await open({ 'files.pick-new': async () => undefined })
    await compression.start()
    await compression.save()
    expect([api.inputsOf('compressed.save'), compression.savedNames]).toEqual([[], undefined])
  })

  test('tells a failure in a toast', async () => {
    const { studio, compression } = await open({
      'files.pick-new': async ({ fileName }) => ({ token: 'token-new', fileName }),
      'compressed.save': () => {
        throw refusal('disk-full', 'The disk is full.')
      },
    })
    await compression.start()
    await compression.save()
    expect(studio.toasts.items).toMatchObject([{ tone: 'negative', detail: 'The disk is full.' }])
    expect(compression.savedNames).toBeUndefined()
  })
})

describe('an experiment', () => {
  const created = experimentRecord({ id: 'exp-7' })

  test('has the ratio of the slider, on the network that the library has, and is shown', async () => {
    const { studio, api, compression } = await open(
      { 'experiments.create': async () => created },
      { kind: 'stored', networkId: 'net-1' },
    )
    await compression.start()
    await compression.makeExperiment()
    expect(api.inputsOf('experiments.create')).toMatchObject([
      { config: { kind: 'spectral', size: { target: 'ratio', ratio: 15 } }, networkId: 'net-1', datasetId: 'data-1' },
    ])
    expect(studio.router.route).toEqual({ name: 'run', experimentId: 'exp-7' })
  })

  test('of a file imports it first, unless its content is in the library already', async () => {
    const answers = [inspection, { ...inspection, known: { id: 'net-4', name: 'Known' } }]
    const { api, compression } = await open({
      'networks.inspect': async () => answers.shift() ?? inspection,
      'networks.import': async () => ({ ...record, id: 'net-3', isNew: true, notes: [] }),
      'experiments.create': async () => created,
    })
    await compression.start()
    await compression.makeExperiment()
    await compression.start()
    await compression.makeExperiment()
    expect(api.inputsOf('networks.import')).toMatchObject([{ file: 'token-1' }])
    expect(api.inputsOf('experiments.create').map(({ networkId }) => networkId)).toEqual(['net-3', 'net-4'])
  })

  test('is not made of a network that cannot be imported', async () => {
    const { studio, api, compression } = await open({
      'networks.import': () => {
        throw refusal('disk-full', 'The disk is full.')
      },
    })
    await compression.start()
    await compression.makeExperiment()
    expect(api.inputsOf('experiments.create')).toEqual([])
    expect(studio.toasts.items).toMatchObject([{ detail: 'The disk is full.' }])
    expect(compression.isQueueing).toBe(false)
  })
})
