import '@tensorflow/tfjs-backend-cpu'
import { describe, expect, test } from 'vitest'
import { filterGradient } from '#engine/executors/reference/filter-gradient.ts'
import { tf } from '#engine/program/tfjs.ts'
import { Random } from '#shared/basics/random.ts'

describe('the filter gradient of the reference executor', () => {
  test.each([
    { size: 5, kernel: 3, stride: 1, pad: 1 },
    { size: 6, kernel: 3, stride: 2, pad: 1 },
    { size: 6, kernel: 1, stride: 2, pad: 0 },
    { size: 7, kernel: 2, stride: 3, pad: 0 },
  ] as const)(
    'agrees with the stock kernel at $size by $kernel, stride $stride, pad $pad',
    async ({ size, kernel, stride, pad }) => {
      await tf.setBackend('cpu')
      const random = Random.fromSeed(3)
      const normal = (shape: [number, number, number, number]): tf.Tensor4D =>
        tf.tensor4d(
          Float32Array.from({ length: tf.util.sizeFromShape(shape) }, () => random.normal()),
          shape,
        )
      const x = normal([2, size, size, 3])
      const filterShape: [number, number, number, number] = [kernel, kernel, 3, 4]
      const info = tf.backend_util.computeConv2DInfo(x.shape, filterShape, stride, 1, pad)
      const dy = normal([2, info.outHeight, info.outWidth, 4])
      const stock = tf.grad((w: tf.Tensor) => tf.sum(tf.mul(tf.conv2d(x, tf.reshape(w, filterShape), stride, pad), dy)))
      const expected = await stock(tf.zeros(filterShape)).data()
      const actual = filterGradient(info, await x.data(), await dy.data())
      const apart = Math.max(...Array.from(actual, (value, index) => Math.abs(value - (expected[index] ?? NaN))))
      expect(apart).toBeLessThan(1e-5)
    },
  )
})
