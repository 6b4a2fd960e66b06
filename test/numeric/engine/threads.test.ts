/**
 * Kernels at real sizes: races of a runtime show only where it splits the work among threads. Two threads must agree
 * with one to rounding, and with themselves to the bit.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createExecutor } from '#engine/executors/create-executor.ts'
import type { Executor } from '#engine/executors/executor.ts'
import type { Program } from '#engine/program/program.ts'
import { tf } from '#engine/program/tfjs.ts'
import type { TensorSpecs } from '#shared/tensors/host-tensor.ts'
import { Random } from '#shared/basics/random.ts'
import { distance, randomTensor, runOnce } from './agreement.ts'

/** Sums of 65,536 products in another order differ by this much in single precision. */
const tolerance = 1e-5

type Build = (x: (name: string) => tf.Tensor) => Record<string, tf.Tensor>

function program(name: string, inputs: TensorSpecs, build: Build): Program {
  const find = (tensors: Readonly<Record<string, tf.Tensor>>, wanted: string): tf.Tensor => {
    const tensor = tensors[wanted]
    if (tensor === undefined) throw new Error(`no tensor ${wanted}`)
    return tensor
  }
  return { name, inputs, state: {}, constants: {}, build: (tensors) => build((wanted) => find(tensors, wanted)) }
}

const f = (...shape: number[]): TensorSpecs[string] => ({ shape, dtype: 'float32' })
const i = (...shape: number[]): TensorSpecs[string] => ({ shape, dtype: 'int32' })

/** Value and both gradients of a convolution [batch, channels, size, size] to `filters`. */
function convolution(batch: number, channels: number, filters: number, size: number, stride: number): Program {
  const inputs = { x: f(batch, channels, size, size), w: f(3, 3, channels, filters) }
  return program(`conv ${channels} to ${filters} at ${size}, stride ${stride}`, inputs, (of) => {
    const [image, filter] = [four(of('x')), four(of('w'))]
    const { value, grads } = tf.valueAndGrads((x: tf.Tensor, w: tf.Tensor) =>
      tf.sum(tf.square(tf.conv2d(four(x), four(w), stride, 1, 'NCHW'))),
    )([image, filter])
    return { value, dx: grads[0] ?? tf.scalar(0), dw: grads[1] ?? tf.scalar(0) }
  })
}

/** Value and both gradients of a depthwise convolution [batch, channels, size, size]. */
function depthwise(batch: number, channels: number, size: number, stride: number): Program {
  const inputs = { x: f(batch, channels, size, size), w: f(3, 3, channels, 1) }
  return program(`depthwise conv of ${channels} at ${size}, stride ${stride}`, inputs, (of) => {
    const [image, filter] = [four(of('x')), four(of('w'))]
    const pad: [[0, 0], [number, number], [number, number], [0, 0]] = [
      [0, 0],
      [1, 1],
      [1, 1],
      [0, 0],
    ]
    const { value, grads } = tf.valueAndGrads((x: tf.Tensor, w: tf.Tensor) => {
      const images = four(tf.transpose(x, [0, 2, 3, 1]))
      return tf.sum(tf.square(tf.transpose(tf.depthwiseConv2d(images, four(w), stride, pad), [0, 3, 1, 2])))
    })([image, filter])
    return { value, dx: grads[0] ?? tf.scalar(0), dw: grads[1] ?? tf.scalar(0) }
  })
}

function pooling(batch: number, channels: number, size: number): Program {
  return program(`pools over ${channels} channels at ${size}`, { x: f(batch, channels, size, size) }, (of) => {
    const { value, grad } = tf.valueAndGrad((x) => {
      const images = four(tf.transpose(x, [0, 2, 3, 1]))
      return tf.add(tf.sum(tf.square(tf.maxPool(images, 3, 2, 1))), tf.sum(tf.square(tf.avgPool(images, 3, 2, 1))))
    })(of('x'))
    return { value, grad }
  })
}

function four(x: tf.Tensor): tf.Tensor4D {
  const [a = 1, b = 1, c = 1, d = 1] = x.shape
  return tf.reshape(x, [a, b, c, d])
}

const programs: readonly Program[] = [
  program('look-up with its gradient in a table of 19 rows', { x: f(19, 160), at: i(4096) }, (of) => {
    const indices = tf.reshape(of('at'), [4096])
    const { value, grad } = tf.valueAndGrad((x) => tf.sum(tf.square(tf.gather(x, indices))))(of('x'))
    return { value, grad }
  }),
  program('look-up with its gradient in a table of 29,744 rows', { x: f(29_744, 9), at: i(4096) }, (of) => {
    const indices = tf.reshape(of('at'), [4096])
    const { value, grad } = tf.valueAndGrad((x) => tf.sum(tf.square(tf.gather(x, indices))))(of('x'))
    return { value, grad }
  }),
  program('layer of a predictor', { x: f(8192, 160), w: f(160, 160), b: f(160) }, (of) => {
    const { value, grads } = tf.valueAndGrads((w: tf.Tensor, b: tf.Tensor) =>
      tf.mean(tf.square(tf.relu(tf.add(tf.matMul(of('x'), w), b)))),
    )([of('w'), of('b')])
    return { value, dw: grads[0] ?? tf.scalar(0), db: grads[1] ?? tf.scalar(0) }
  }),
  program('batch statistics', { x: f(64, 16, 32, 32) }, (of) => {
    const { mean, variance } = tf.moments(of('x'), [0, 2, 3])
    return { mean, variance, softmax: tf.softmax(tf.reshape(of('x'), [1024, 1024])) }
  }),
  program('sums of products of feature maps', { x: f(32, 16, 32, 32), y: f(32, 16, 32, 32) }, (of) => {
    const { value, grad } = tf.valueAndGrad((x) => tf.sum(tf.square(tf.sum(tf.mul(x, of('y')), [1, 2, 3]))))(of('x'))
    return { value, grad }
  }),
  convolution(64, 16, 16, 32, 1),
  convolution(64, 16, 32, 32, 2),
  convolution(64, 64, 64, 8, 1),
  depthwise(32, 96, 32, 1),
  depthwise(32, 96, 32, 2),
  depthwise(32, 24, 33, 2),
  pooling(16, 64, 56),
]

let one: Executor
let two: Executor

beforeAll(async () => {
  one = await createExecutor({ executor: 'onnxruntime', provider: 'cpu', threads: 1 })
  two = await createExecutor({ executor: 'onnxruntime', provider: 'cpu', threads: 2 })
})

afterAll(() => {
  one.dispose()
  two.dispose()
})

describe('two threads give what one gives:', () => {
  test.each(programs)('$name', async (tested) => {
    const random = Random.fromSeed(11)
    const entries = Object.entries(tested.inputs).map(([name, spec]) => [name, randomTensor(spec, random, 19)])
    const inputs = Object.fromEntries(entries)
    const [alone, together, again] = [
      await runOnce(one, tested, inputs),
      await runOnce(two, tested, inputs),
      await runOnce(two, tested, inputs),
    ]
    expect(distance(together, alone)).toBeLessThan(tolerance)
    expect(distance(again, together)).toBe(0)
  })
})
