import { expect, test } from 'vitest'
import { failureHelp } from '#renderer/features/run/failure-help.ts'
import type { ExperimentConfig } from '#shared/experiment/experiment-config.ts'
import { directDefaults } from '#shared/methods/direct/defaults.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'

const checkpoint = { runId: 'r', step: 200, phase: 'reconstruction', sha256: '', sizeBytes: 1, createdAt: '' }
const run = { totalSteps: 10_300 }

test('a run whose trainer died goes on from its checkpoint', () => {
  const died = { code: 'trainer-gone', message: '' } as const
  expect(failureHelp(died, fastConfig, run, [checkpoint])).toEqual([{ kind: 'retry', step: 200 }])
  expect(failureHelp(died, fastConfig, run, [])).toEqual([{ kind: 'retry' }])
})

test('one that diverged gets half the rate: of what is to come in a fork, of everything from the beginning', () => {
  const diverged = { code: 'diverged', message: '' } as const
  const late = { ...checkpoint, step: fastConfig.reconstruction.steps + 1 }
  const [fork, again] = failureHelp(diverged, fastConfig, run, [late])
  const before = fastConfig.reconstruction.optimizer.learningRate
  expect(fork).toMatchObject({
    kind: 'fork',
    step: late.step,
    config: {
      reconstruction: { optimizer: { learningRate: before } },
      distillation: { optimizer: { learningRate: fastConfig.distillation.optimizer.learningRate / 2 } },
    },
  })
  expect(again).toMatchObject({
    kind: 'again',
    config: { reconstruction: { optimizer: { learningRate: before / 2 } } },
  })
})

test('one that ran out of memory gets lighter steps, by what its phase holds', () => {
  const short = { code: 'out-of-memory', message: '' } as const
  const offersIn = (phase: string, config: ExperimentConfig = fastConfig) =>
    failureHelp(short, config, { ...run, phase: `${phase} 54 %` }, [checkpoint]).map((offer) =>
      offer.kind === 'again' ? offer.title : `${offer.kind} at ${offer.step ?? 'the beginning'}`,
    )
  expect(offersIn('reconstruction')).toEqual(['2,048 kernels a step', 'a hidden size of 80', 'retry at 200'])
  expect(offersIn('distillation')).toEqual([
    'an image batch of 32',
    '4,096 kernels a step',
    'a hidden size of 80',
    'retry at 200',
  ])
  const distilled = { ...directDefaults, distillation: { ...directDefaults.distillation, steps: 100 } }
  expect(offersIn('distillation', distilled)).toEqual(['an image batch of 32', 'retry at 200'])
  expect(offersIn('compressing the kernels', directDefaults)).toEqual(['retry at 200'])
})

test('lighter steps change one thing of the experiment', () => {
  const all = {
    ...fastConfig,
    reconstruction: { ...fastConfig.reconstruction, sampling: { method: 'all', kernels: 1024 } as const },
  }
  const [kernels] = failureHelp({ code: 'out-of-memory', message: '' }, all, { ...run, phase: 'reconstruction' }, [])
  expect(kernels).toEqual({
    kind: 'again',
    title: '1,024 kernels a step',
    config: { ...all, reconstruction: { ...all.reconstruction, sampling: { method: 'uniform', kernels: 1024 } } },
  })
})
