import { describe, expect, test } from 'vitest'
import { kernelPictures } from '#renderer/features/run/kernel-pictures.ts'
import { runProgress } from '#renderer/features/progress/run-progress.ts'

test('kernels stand beside their reconstruction and what differs', () => {
  const pictures = kernelPictures({
    original: Float32Array.from([1, -2]),
    reconstructed: Float32Array.from([0.5, -2.25]),
  })
  expect(pictures.map(({ title, kernels }) => [title, [...kernels]])).toEqual([
    ['Original', [1, -2]],
    ['Reconstructed', [0.5, -2.25]],
    ['Difference', [-0.5, -0.25]],
  ])
})

describe('the progress of a run', () => {
  const run = { step: 30, totalSteps: 40 }

  test.each([
    ['is unknown without a run', undefined, undefined],
    ['is unknown before the first estimate', { ...run, status: 'running' }, undefined],
    ['is that of its time while it goes on', { ...run, status: 'running', progress: 0.2 }, 0.2],
    ['stays where it was paused', { ...run, status: 'paused', progress: 0.2 }, 0.2],
    ['is that of its steps where only those were kept', { ...run, status: 'failed' }, 0.75],
    ['is unknown where nothing was planned', { step: 0, totalSteps: 0, status: 'cancelled' }, undefined],
    ['is whole at the end', { ...run, status: 'completed', progress: 0.97 }, 1],
  ] as const)('%s', (_, given, progress) => expect(runProgress(given)).toBe(progress))
})
