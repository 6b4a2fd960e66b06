import { expect, test } from 'vitest'
import { failureHelp } from '#renderer/features/run/failure-help.ts'
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
