/**
 * Networks of blocks as wide as a vector register, where the CPU provider's blocked convolutions apply: they must give
 * what the standard operators give, and both what the reference gives, step after step with the state fed back.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createExecutor } from '#engine/executors/create-executor.ts'
import type { Executor } from '#engine/executors/executor.ts'
import { createOnnxRuntimeExecutor } from '#engine/executors/onnxruntime/onnxruntime-executor.ts'
import type { Program } from '#engine/program/program.ts'
import { tf } from '#engine/program/tfjs.ts'
import type { HostTensors, TensorSpec, TensorSpecs } from '#shared/tensors/host-tensor.ts'
import { distance, randomTensors } from './agreement.ts'

/** Three steps of training amplify rounding by about ten. */
const tolerance = 1e-4
const batch = 3
const rate = 0.05

const f = (...shape: number[]): TensorSpec => ({ shape, dtype: 'float32' })
type Tensors = Readonly<Record<string, tf.Tensor>>

function named(tensors: Tensors, name: string): tf.Tensor {
  const tensor = tensors[name]
  if (tensor === undefined) throw new Error(`no tensor ${name}`)
  return tensor
}

function maps(x: tf.Tensor): tf.Tensor4D {
  const [a = 1, b = 1, c = 1, d = 1] = x.shape
  return tf.reshape(x, [a, b, c, d])
}

const perChannel = (x: tf.Tensor): tf.Tensor => tf.reshape(x, [x.size, 1, 1])

/** Filters arrive as [filters, channels, rows, columns]. */
function convolve(x: tf.Tensor, weights: tf.Tensor, stride: number): tf.Tensor4D {
  return tf.conv2d(maps(x), maps(tf.transpose(weights, [2, 3, 1, 0])), stride, weights.shape[2] === 1 ? 0 : 1, 'NCHW')
}

/** Scaled and shifted channel by channel with numbers that are given: what batch norm is in inference. */
function affine(x: tf.Tensor, tensors: Tensors, layer: string): tf.Tensor {
  const scaled = tf.mul(x, perChannel(named(tensors, `${layer}.scale`)))
  return tf.add(scaled, perChannel(named(tensors, `${layer}.shift`)))
}

/** Normalised by the statistics of the batch, through which the gradient flows. */
function batchNorm(x: tf.Tensor, tensors: Tensors, layer: string): tf.Tensor {
  const mean = tf.mean(x, [0, 2, 3], true)
  const centred = tf.sub(x, mean)
  const variance = tf.mean(tf.square(centred), [0, 2, 3], true)
  return affine(tf.mul(centred, tf.rsqrt(tf.add(variance, 1e-5))), tensors, layer)
}

type Normalisation = typeof affine

/** A stem, a residual block that halves the image and doubles the channels, pooling, and a matrix. */
function network(normalise: Normalisation) {
  return (x: tf.Tensor, tensors: Tensors): { logits: tf.Tensor; maps: tf.Tensor[] } => {
    const stem = normalise(convolve(x, named(tensors, 'stem'), 1), tensors, 'stem')
    const input = tf.relu(stem)
    const first = normalise(convolve(input, named(tensors, 'first'), 2), tensors, 'first')
    const second = normalise(convolve(tf.relu(first), named(tensors, 'second'), 1), tensors, 'second')
    const sum = tf.add(second, convolve(input, named(tensors, 'shortcut'), 2))
    const pooled = tf.mean(tf.relu(sum), [2, 3])
    return { logits: tf.matMul(pooled, named(tensors, 'matrix')), maps: [stem, second, sum] }
  }
}

const trained: TensorSpecs = {
  stem: f(16, 3, 3, 3),
  first: f(32, 16, 3, 3),
  second: f(32, 32, 3, 3),
  shortcut: f(32, 16, 1, 1),
  matrix: f(32, 5),
}
const channelSpecs = (layer: string, channels: number): TensorSpecs => ({
  [`${layer}.scale`]: f(channels),
  [`${layer}.shift`]: f(channels),
})
const normalisation: TensorSpecs = {
  ...channelSpecs('stem', 16),
  ...channelSpecs('first', 32),
  ...channelSpecs('second', 32),
}

/** Descends a loss by its gradient with respect to everything in `specs`. */
function descent(
  name: string,
  specs: TensorSpecs,
  constants: HostTensors,
  loss: (x: tf.Tensor, of: Tensors) => tf.Scalar,
): Program {
  const names = Object.keys(specs)
  return {
    name,
    inputs: { x: f(batch, 3, 8, 8) },
    state: specs,
    constants,
    build(tensors) {
      const { value, grads } = tf.valueAndGrads((...xs: tf.Tensor[]) => {
        const given = Object.fromEntries(names.map((entry, at) => [entry, xs[at] ?? named(tensors, entry)]))
        return loss(named(tensors, 'x'), { ...tensors, ...given })
      })(names.map((entry) => named(tensors, entry)))
      const next = names.map((entry, at) => [entry, tf.sub(named(tensors, entry), tf.mul(grads[at] ?? 0, rate))])
      return { loss: value, ...Object.fromEntries(next) }
    },
  }
}

/** Squared distance of maps divided by their norms, sample by sample. */
function mapLoss(a: tf.Tensor, b: tf.Tensor): tf.Tensor {
  const normalised = (x: tf.Tensor): tf.Tensor =>
    tf.mul(x, tf.div(1, tf.add(tf.sqrt(tf.sum(tf.square(x), [1, 2, 3], true)), 1e-3)))
  return tf.sum(tf.square(tf.sub(normalised(a), normalised(b))))
}

const scaled = (specs: TensorSpecs, seed: number, size: number): HostTensors => {
  const tensors = randomTensors(specs, seed)
  for (const { data } of Object.values(tensors)) data.forEach((value, at) => (data[at] = value * size))
  return tensors
}

const teacher = scaled(trained, 21, 0.2)
const fixed = Object.fromEntries(Object.entries(teacher).map(([name, tensor]) => [`original.${name}`, tensor]))
const fixedNormalisation = randomTensors(normalisation, 22)

const programs: readonly Program[] = [
  descent('training with batch norm', { ...trained, ...normalisation }, {}, (x, of) => {
    const { logits } = network(batchNorm)(x, of)
    return tf.neg(tf.mean(tf.slice(tf.logSoftmax(logits), [0, 0], [-1, 1])))
  }),
  descent('distillation of maps and logits', trained, { ...fixed, ...fixedNormalisation }, (x, of) => {
    const originals = Object.fromEntries(Object.keys(trained).map((name) => [name, named(of, `original.${name}`)]))
    const original = network(affine)(x, { ...of, ...originals })
    const student = network(affine)(x, of)
    const distances = student.maps.map((map, at) => mapLoss(map, original.maps[at] ?? map))
    const divergence = tf.sum(tf.mul(tf.softmax(original.logits), tf.neg(tf.logSoftmax(student.logits))))
    return tf.add(tf.mul(tf.addN(distances), 0.1), divergence)
  }),
]

let executors: readonly [reference: Executor, blocked: Executor, standard: Executor]

beforeAll(async () => {
  executors = [
    await createExecutor({ executor: 'reference', provider: 'cpu', threads: 0 }),
    await createOnnxRuntimeExecutor({ provider: 'cpu', threads: 2 }),
    await createOnnxRuntimeExecutor({ provider: 'cpu', threads: 2, usesBlockedChannels: false }),
  ]
})

afterAll(() => {
  for (const executor of executors) executor.dispose()
})

async function threeSteps(executor: Executor, program: Program): Promise<HostTensors> {
  const compiled = await executor.compile(program)
  const state = executor.createState(scaled(program.state, 5, 0.3))
  let loss: HostTensors = {}
  for (let step = 0; step < 3; step++) loss = await compiled.run(randomTensors(program.inputs, 30 + step), state)
  return { ...loss, ...(await state.read()) }
}

describe('three steps agree with the reference:', () => {
  test.each(programs)('$name', async (program) => {
    const [reference, blocked, standard] = executors
    const expected = await threeSteps(reference, program)
    expect(distance(await threeSteps(standard, program), expected)).toBeLessThan(tolerance)
    expect(distance(await threeSteps(blocked, program), expected)).toBeLessThan(tolerance)
  })
})

describe('operations on maps of 32 channels agree with the reference:', () => {
  const shape = [2, 32, 6, 6]
  const cases: readonly [title: string, compute: (maps: tf.Tensor, x: tf.Tensor, c: tf.Tensor) => tf.Tensor][] = [
    ['sum with maps in another layout', (y, x) => tf.add(y, x)],
    ['product with the samples', (y, x) => tf.mul(y, tf.mean(x, [1, 2, 3], true))],
    ['product with channels and samples', (y, x, c) => tf.mul(tf.mul(y, tf.mean(x, [1, 2, 3], true)), perChannel(c))],
    ['product of two scaled maps', (y, x, c) => tf.mul(tf.mul(y, perChannel(c)), tf.mul(tf.relu(y), tf.mean(x)))],
    ['negated product', (y, _, c) => tf.square(tf.neg(tf.mul(y, perChannel(c))))],
    ['relu of a product', (y, _, c) => tf.relu(tf.mul(tf.mul(y, 2), perChannel(c)))],
    ['choice by a comparison', (y, x) => tf.where(tf.greater(y, x), y, tf.mul(x, 2))],
    ['sum over pixels', (y) => tf.square(tf.sum(y, [2, 3]))],
    ['sum over channels', (y) => tf.square(tf.sum(y, 1, true))],
    ['sum over samples', (y) => tf.square(tf.sum(y, 0))],
    ['sum over rows', (y) => tf.square(tf.sum(y, 2, true))],
    ['sum of a product over samples and pixels', (y, _, c) => tf.sum(tf.mul(y, perChannel(c)), [0, 2, 3])],
    ['mean over everything', (y) => tf.mean(tf.square(y))],
    ['maximum over pixels', (y) => tf.max(tf.max(y, 3), 2)],
    [
      'slice and pad',
      (y) =>
        tf.pad(tf.slice(y, [0, 4, 1, 1], [2, 20, 4, 4]), [
          [0, 0],
          [6, 6],
          [1, 0],
          [0, 0],
        ]),
    ],
    ['concat', (y, x) => tf.square(tf.concat([y, x], 1))],
    ['reshape', (y) => tf.square(tf.reshape(y, [2, 8, 4, 36]))],
    ['transpose', (y, x) => tf.mul(tf.transpose(y, [0, 2, 3, 1]), tf.transpose(x, [0, 2, 3, 1]))],
  ]
  test.each(cases)('%s', async (title, compute) => {
    const program: Program = {
      name: title,
      inputs: { x: f(...shape), c: f(32), w: f(32, 32, 3, 3) },
      state: {},
      constants: {},
      build(tensors) {
        const [x, c, w] = [named(tensors, 'x'), named(tensors, 'c'), named(tensors, 'w')]
        const { value, grads } = tf.valueAndGrads((...xs: tf.Tensor[]) => {
          const [image = x, channels = c, filter = w] = xs
          const result = compute(convolve(image, filter, 1), image, channels)
          const weights = Float32Array.from({ length: result.size }, (_, at) => Math.sin(at + 1))
          // tfjs refuses a gradient by something the value does not depend on.
          const untouched = tf.mul(tf.sum(channels), 0)
          return tf.add(tf.sum(tf.mul(result, tf.tensor(weights, result.shape))), untouched)
        })([x, c, w])
        const [dx = x, dc = c, dw = w] = grads
        return { value, dx, dc, dw, result: compute(convolve(x, w, 1), x, c) }
      },
    }
    const [reference, blocked, standard] = executors
    const inputs = randomTensors(program.inputs, 4)
    const run = async (executor: Executor): Promise<HostTensors> =>
      (await executor.compile(program)).run(inputs, executor.createState({}))
    const expected = await run(reference)
    expect(distance(await run(standard), expected)).toBeLessThan(5e-5)
    expect(distance(await run(blocked), expected)).toBeLessThan(5e-5)
  })
})
