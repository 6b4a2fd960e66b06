import { expect, test } from 'vitest'
import { tf } from '#engine/program/tfjs.ts'

test('gradients of convolutions and table look-ups are registered', () => {
  const missing = ['Conv2D', 'GatherV2', 'Relu', 'BatchMatMul', 'LogSoftmax'].filter((name) => !tf.getGradient(name))
  expect(missing).toEqual([])
})
