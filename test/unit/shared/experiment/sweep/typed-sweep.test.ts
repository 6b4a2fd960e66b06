import { describe, expect, it } from 'vitest'
import {
  isSweep,
  readTypedSweep,
  singleRun,
  typedSweepSchema,
  type TypedSweep,
} from '#shared/experiment/sweep/typed-sweep.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import { parametersOf } from '#shared/parameters/parameter-catalogue.ts'

const rows = parametersOf('compress')
const variable = { rows, hasChoices: true }
const base = { config: fastConfig, networkId: 'net-1', datasetId: 'data-1', ...variable }
const typed = (changes: Partial<TypedSweep>): TypedSweep => ({ ...singleRun, ...changes })
const read = (changes: Partial<TypedSweep>) => readTypedSweep(typed(changes), base)

describe('what is typed', () => {
  it('is one run at first, and a sweep with values or seeds', () => {
    expect(isSweep(singleRun, variable)).toBe(false)
    expect(isSweep(typed({ seeds: ' 2' }), variable)).toBe(true)
    expect(isSweep(typed({ varied: { 'predictor.hiddenSize': '' } }), variable)).toBe(true)
    expect(isSweep(typed({ varied: { preset: 'fast' } }), variable)).toBe(true)
    // Of a form without presets or networks, and of another method.
    const without = { rows, hasChoices: false }
    expect(isSweep(typed({ varied: { preset: 'fast', network: 'net-1' } }), without)).toBe(false)
    const left = readTypedSweep(typed({ varied: { preset: '', network: '' } }), { ...base, ...without })
    expect(left).toMatchObject({ problems: {}, sweep: { presetIds: [], networkIds: ['net-1'] } })
    expect(isSweep(typed({ varied: { 'size.ratio': '8, 9' } }), variable)).toBe(false)
  })

  it('becomes a grid of values, presets and networks', () => {
    const varied = { 'predictor.hiddenSize': '64, 96', preset: 'fast,small', network: 'net-1,net-2', 'size.ratio': '8' }
    expect(read({ varied, seeds: '2' })).toEqual({
      problems: {},
      sweep: {
        config: fastConfig,
        networkIds: ['net-1', 'net-2'],
        datasetId: 'data-1',
        presetIds: ['fast', 'small'],
        plan: { kind: 'grid', vary: [{ path: 'predictor.hiddenSize', values: [64, 96] }] },
        seeds: [1, 2],
      },
    })
  })

  it('becomes random draws', () => {
    const varied = { 'predictor.hiddenSize': '64..96', 'storage.predictor': 'int8,int4' }
    expect(read({ varied, combination: 'random', variants: '7', drawSeed: '3' }).sweep?.plan).toEqual({
      kind: 'random',
      variants: 7,
      seed: 3,
      vary: [
        { path: 'predictor.hiddenSize', draw: { kind: 'integer', from: 64, to: 96 } },
        { path: 'storage.predictor', draw: { kind: 'choice', values: ['int8', 'int4'] } },
      ],
    })
  })

  it('becomes a list: the first of each, then the second of each', () => {
    const varied = { 'predictor.hiddenSize': '64, 64, 96', 'storage.predictor': 'int8, int4, int4' }
    const row = (hiddenSize: number, predictor: string) => ({
      values: [
        { path: 'predictor.hiddenSize', value: hiddenSize },
        { path: 'storage.predictor', value: predictor },
      ],
    })
    const list = read({ varied, combination: 'list' })
    expect(list.sweep).toMatchObject({
      presetIds: [],
      plan: { kind: 'list', rows: [row(64, 'int8'), row(64, 'int4'), row(96, 'int4')] },
    })
    // One value goes with all, and every preset with every row.
    const presets = { ...varied, 'storage.predictor': 'int8', preset: 'fast,small' }
    expect(read({ varied: presets, combination: 'list' }).sweep).toMatchObject({
      presetIds: [],
      plan: {
        rows: ['fast', 'small'].flatMap((presetId) => [64, 64, 96].map((size) => ({ presetId, ...row(size, 'int8') }))),
      },
    })
    const uneven = { 'predictor.hiddenSize': '64, 96, 128', 'storage.predictor': 'int8, int4' }
    expect(read({ varied: uneven, combination: 'list' })).toEqual({
      problems: { 'storage.predictor': '2 values here and 3 of Hidden size: as many as there, or one.' },
    })
  })

  it('is read from a form that was kept before there were lists', () => {
    const { combination: _combination, ...before } = singleRun
    expect(typedSweepSchema.parse({ ...before, isRandom: true })).toEqual({ ...singleRun, combination: 'random' })
    expect(typedSweepSchema.parse({ ...before, isRandom: false })).toEqual(singleRun)
  })

  it('is told what is wrong, by its field', () => {
    const varied = { 'predictor.hiddenSize': '64, many', preset: '', 'embedding.base': '1..2' }
    expect(read({ varied, seeds: 'x' })).toEqual({
      problems: {
        'predictor.hiddenSize': 'many: it takes a whole number from 1 to 8192.',
        'embedding.base': 'Say how many, such as 1..2 in 5.',
        preset: 'Choose at least one.',
        seeds: 'x: it takes a whole number from 0 to 4294967295.',
      },
    })
    const drawn = { combination: 'random' as const, varied: { 'predictor.hiddenSize': '64..96' } }
    expect(read({ ...drawn, variants: '0', drawSeed: '1, 2' }).problems).toEqual({
      variants: '0: it takes a whole number from 1 to 10000.',
      drawSeed: 'Type one number.',
    })
  })
})
