import '@tensorflow/tfjs-backend-cpu'
import { expect, test } from 'vitest'
import { gradientsInParts } from '#engine/methods/nern/programs/kernel-parts.ts'
import { tf } from '#engine/program/tfjs.ts'
import { traceProgram } from '#engine/program/tracer/trace.ts'

/** Seven kernels, three a part: 2 ** 23 numbers by a hidden size that leaves room for three. */
const hiddenSize = Math.floor(2 ** 23 / 3)
const kernels = [4, 0, 2, 2, 1, 3, 0]
const targets = [1, -2, 3, 0.5, 4]
const weight = 0.75

test('parts together give the sum and the gradient of all, a kernel drawn twice counted twice', async () => {
  await tf.setBackend('cpu')
  const sizes: number[] = []
  const { sum, gradients } = gradientsInParts(
    { w: tf.scalar(weight) },
    ['w'],
    tf.tensor1d(kernels, 'int32'),
    hiddenSize,
    ({ w = tf.scalar(0) }, part) => {
      sizes.push(part.size)
      return tf.sum(tf.square(tf.sub(w, tf.gather(tf.tensor1d(targets), part))))
    },
  )
  const errors = kernels.map((kernel) => weight - (targets[kernel] ?? NaN))
  expect(sizes).toEqual([3, 3, 1])
  expect(sum.dataSync()[0]).toBeCloseTo(
    errors.reduce((total, error) => total + error ** 2, 0),
    4,
  )
  expect(gradients['w']?.dataSync()[0]).toBeCloseTo(
    errors.reduce((total, error) => total + 2 * error, 0),
    4,
  )
})

test('a part waits for the gradients of the one before', () => {
  const graph = traceProgram({
    name: 'parts',
    inputs: { kernels: { shape: [kernels.length], dtype: 'int32' } },
    state: { w: { shape: [], dtype: 'float32' } },
    constants: {},
    build: (tensors) => {
      const { kernels: chosen = tf.scalar(0) } = tensors
      return gradientsInParts(
        tensors,
        ['w'],
        tf.reshape(chosen, [kernels.length]),
        hiddenSize,
        ({ w = chosen }, part) => tf.sum(tf.square(tf.sub(w, tf.gather(tf.tensor1d(targets), part)))),
      ).gradients
    },
  })
  // One selection between equal kernels before each part but the first.
  expect(graph.nodes.filter(({ op }) => op === 'Select').length).toBe(2)
})
