import { describe, expect, it } from 'vitest'
import { forkableParameters, forkProblem } from '#shared/experiment/fork.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import { spectralDefaults } from '#shared/methods/spectral/defaults.ts'
import { trainDefaults } from '#shared/training/defaults.ts'
import { describeParameter } from '#shared/parameters/parameter-catalogue.ts'
import { families } from '#shared/experiment/experiment-config.ts'
import { baselinePresetConfig } from '#test/support/preset-config.ts'

const nern = {
  ...fastConfig,
  reconstruction: { ...fastConfig.reconstruction, steps: 100 },
  distillation: { ...fastConfig.distillation, steps: 50 },
  quantisation: { ...fastConfig.quantisation, steps: 20 },
}
const spectral = {
  ...spectralDefaults,
  distillation: { ...spectralDefaults.distillation, steps: 100, frozenShare: 0.1 },
}
const distilled = baselinePresetConfig('baseline-int3-distilled')
const at = (step: number) => ({ step, totalSteps: 170 })

describe('what a fork may change', () => {
  it('is described by the catalogue, of every family', () => {
    const configs = [nern, spectral, distilled, trainDefaults]
    expect(new Set(configs.map(({ kind }) => kind))).toEqual(new Set(families))
    for (const config of configs) {
      for (const { path } of forkableParameters(config, at(40))) expect(describeParameter(path)?.path).toBe(path)
    }
  })

  it('is nothing for a fork that changes nothing', () => {
    expect(forkProblem(nern, nern, at(40))).toBeUndefined()
  })

  it('is all of a phase to come, and of the present one what later steps read', () => {
    const later = { ...nern, distillation: { ...nern.distillation, dataBatch: 7 } }
    const rate = {
      ...nern,
      seed: 9,
      reconstruction: {
        ...nern.reconstruction,
        optimizer: { ...nern.reconstruction.optimizer, learningRate: 1e-4 },
      },
    }
    expect(forkProblem(nern, later, at(40))).toBeUndefined()
    expect(forkProblem(nern, rate, at(40))).toBeUndefined()
    expect(forkProblem(nern, later, at(120))).toMatchObject({ where: 'distillation.dataBatch' })
    expect(forkProblem(nern, rate, at(120))).toMatchObject({ where: 'reconstruction.optimizer.learningRate' })
  })

  it('is no step that is done already', () => {
    const shorter = { ...nern, reconstruction: { ...nern.reconstruction, steps: 60 } }
    expect(forkProblem(nern, shorter, at(40))).toBeUndefined()
    expect(forkProblem(nern, shorter, at(80))).toEqual({
      code: 'invalid-config',
      message: 'Reconstruction steps must be at least 80: so much is done at step 80.',
      where: 'reconstruction.steps',
      remedy: 'Give it more, or fork an earlier checkpoint.',
    })
  })

  it('is not how many steps there are once codes are frozen, or layers are being rounded', () => {
    const longer = { ...spectral, distillation: { ...spectral.distillation, steps: 200 } }
    expect(forkProblem(spectral, longer, at(90))).toBeUndefined()
    expect(forkProblem(spectral, longer, at(91))).toMatchObject({ where: 'distillation.steps' })
    const rounding = { ...nern, quantisation: { ...nern.quantisation, steps: 40 } }
    expect(forkProblem(nern, rounding, at(150))).toBeUndefined()
    expect(forkProblem(nern, rounding, at(155))).toMatchObject({ where: 'quantisation.steps' })
  })

  it('is not the method', () => {
    expect(forkProblem(nern, distilled, at(40))).toMatchObject({ code: 'invalid-config', where: 'kind' })
  })

  it('counts the steps of a training by its epochs', () => {
    const config = { ...trainDefaults, epochs: 10 }
    const least = forkableParameters(config, { step: 41, totalSteps: 100 }).find(({ path }) => path === 'epochs')
    expect(least).toEqual({ path: 'epochs', least: 5 })
  })
})
