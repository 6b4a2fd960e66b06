import { describe, expect, test } from 'vitest'
import { preprocessingPresets } from '#shared/network/preprocessing.ts'
import type { CommandHandlers } from '#shared/protocol/contract.ts'
import { NetworkFileChoice } from '#renderer/features/imports/network-file-choice.svelte.ts'
import { PreprocessingChoice } from '#renderer/features/preprocessing/preprocessing-choice.svelte.ts'
import { ExperimentExport } from '#renderer/features/run/experiment-export.svelte.ts'
import { refusal } from '#test/support/scripted-api.ts'
import { openStudio } from '../support.ts'

describe('what is said of a network file', () => {
  test('empty texts leave it to the file', () => {
    const choice = new NetworkFileChoice()
    expect([choice.value, choice.inputSizeProblem]).toEqual([
      { architecture: undefined, key: undefined, inputSize: undefined },
      undefined,
    ])
    choice.key = 'model_ema'
    choice.inputSizeText = '32'
    expect(choice.value).toEqual({ architecture: undefined, key: 'model_ema', inputSize: 32 })
  })

  test.each(['0', '4097', '3.5', 'small'])('%s is no size of images', (text) => {
    const choice = new NetworkFileChoice()
    choice.inputSizeText = text
    expect(choice.inputSizeProblem).toBeTypeOf('string')
  })
})

describe('a preprocessing', () => {
  test('left as it is changes nothing, whatever was typed before', () => {
    const choice = new PreprocessingChoice()
    choice.meanText = 'nonsense'
    expect([choice.isWrong, choice.changes]).toEqual([false, {}])
  })

  test('starts as the preset that a network has', () => {
    const { preprocessing } = preprocessingPresets.imagenet
    const choice = new PreprocessingChoice(preprocessing)
    expect([choice.kind, choice.changes]).toEqual(['imagenet', preprocessing])
  })

  test('of numbers needs numbers, in the scale that was chosen', () => {
    const choice = new PreprocessingChoice()
    choice.kind = 'numbers'
    choice.meanText = '127.5'
    choice.deviationText = '64'
    expect([choice.isWrong, choice.meanProblem]).toEqual([true, expect.stringContaining('0 to 1')])
    choice.scale = 255
    choice.resizeText = ' '
    expect(choice.isWrong).toBe(false)
    expect(choice.changes).toEqual({ mean: [0.5], standardDeviation: [64 / 255], resize: 0 })
  })

  test.each(['7', '1025', 'x'])('%s pixels are refused', (text) => {
    const choice = new PreprocessingChoice()
    choice.kind = 'imagenet'
    choice.resizeText = text
    expect([choice.isWrong, typeof choice.resizeProblem]).toEqual([true, 'string'])
  })
})

describe('an export', () => {
  const file = { format: 'npz', fileName: 'a.npz', sizeBytes: 7 } as const
  const folder = async () => ({ token: 'folder', fileName: 'exports' })
  const open = async (answers: Partial<CommandHandlers>) => {
    const opened = await openStudio(answers)
    return { ...opened, exported: new ExperimentExport(opened.studio, 'a', ['nern', 'npz', 'report']) }
  }

  test('writes what is chosen, in the order it is offered', async () => {
    const { exported, api } = await open({
      'files.pick': folder,
      'experiments.export': async () => ({ files: [file] }),
    })
    exported.choose('nern', false)
    exported.choose('npz', false)
    exported.choose('npz', true)
    await exported.start()
    expect(api.inputsOf('experiments.export')).toMatchObject([
      { id: 'a', folder: 'folder', formats: ['npz', 'report'], replace: false },
    ])
    expect([exported.files, exported.isRunning]).toEqual([[file], false])
  })

  test('says the exact size of everything before it is saved, and of what is chosen', async () => {
    const files = [
      { format: 'nern', fileName: 'a.nern.safetensors', sizeBytes: 100 },
      { format: 'npz', fileName: 'a.npz', sizeBytes: 7 },
      { format: 'report', fileName: 'a.report.html', sizeBytes: 20 },
      { format: 'report', fileName: 'a.report.json', sizeBytes: 3 },
    ] as const
    const { exported, api } = await open({ 'experiments.export-sizes': async () => ({ files }) })
    expect(exported.chosenBytes).toBeUndefined()
    await exported.measure()
    await exported.measure()
    expect(api.inputsOf('experiments.export-sizes')).toHaveLength(1)
    expect([exported.bytesOf('report'), exported.chosenBytes, exported.packageName]).toEqual([
      23,
      130,
      'a.nern.safetensors',
    ])
    exported.choose('nern', false)
    expect(exported.chosenBytes).toBe(30)
  })

  test('without a folder writes nothing', async () => {
    const { exported, api } = await open({ 'files.pick': async () => undefined })
    await exported.start()
    expect([api.inputsOf('experiments.export'), exported.error]).toEqual([[], undefined])
  })

  test('over files in the way asks first, then replaces them in the same folder', async () => {
    const { exported, api } = await open({
      'files.pick': folder,
      'experiments.export': async ({ replace }) => {
        if (!replace) throw refusal('already-exists', 'a.npz is there.')
        return { files: [file] }
      },
    })
    await exported.start()
    expect([exported.isInTheWay, exported.files]).toEqual([true, undefined])
    await exported.replace()
    expect([exported.isInTheWay, exported.files]).toEqual([false, [file]])
    expect(api.inputsOf('files.pick')).toHaveLength(1)
  })

  test('that is cancelled leaves no error', async () => {
    const { exported } = await open({
      'files.pick': folder,
      'experiments.export': async () => {
        throw refusal('cancelled', 'Cancelled.')
      },
    })
    await exported.start()
    expect([exported.error, exported.files, exported.isRunning]).toEqual([undefined, undefined, false])
  })
})
