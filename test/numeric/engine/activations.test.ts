/** Every activation against its formula, its gradient against a difference of it, and what is exported of it. */
import { InferenceSession, Tensor } from 'onnxruntime-node'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { activationForms, prelu } from '#engine/network/activations.ts'
import { createExecutor } from '#engine/executors/create-executor.ts'
import type { Executor } from '#engine/executors/executor.ts'
import { tf } from '#engine/program/tfjs.ts'
import { activationSchema, type Activation } from '#shared/network/activation.ts'
import { float32Tensor } from '#shared/tensors/host-tensor.ts'
import { ModelWriter } from '#test/support/onnx-models.ts'
import { dataOf, evaluate } from '#test/support/run-program.ts'

/** The error function by a series of terms of one sign (Abramowitz and Stegun 7.1.6). */
function erf(x: number): number {
  let [term, sum] = [x, x]
  for (let n = 1; n < 200; n++) {
    term *= (2 * x * x) / (2 * n + 1)
    sum += term
  }
  return (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x) * sum
}

const clipped = (x: number, low: number, high: number): number => Math.min(high, Math.max(low, x))
const softplus = (x: number): number => Math.log1p(Math.exp(x))

/** The functions as their papers or the ONNX standard write them, in float64. */
const cases: readonly (readonly [Activation, (x: number) => number])[] = [
  [{ name: 'affine', scale: -1.5, shift: 0.25 }, (x) => -1.5 * x + 0.25],
  [{ name: 'affine', scale: 1, shift: 3 }, (x) => x + 3],
  [{ name: 'celu', alpha: 0.7 }, (x) => Math.max(0, x) + Math.min(0, 0.7 * Math.expm1(x / 0.7))],
  [{ name: 'clip', low: -1, high: 1 }, (x) => clipped(x, -1, 1)],
  [{ name: 'clip', high: 2 }, (x) => Math.min(x, 2)],
  [{ name: 'clip', low: 0.5 }, (x) => Math.max(x, 0.5)],
  [{ name: 'elu', alpha: 1 }, (x) => (x > 0 ? x : Math.expm1(x))],
  [{ name: 'elu', alpha: 0.3 }, (x) => (x > 0 ? x : 0.3 * Math.expm1(x))],
  [{ name: 'erf' }, erf],
  [{ name: 'gelu' }, (x) => (x / 2) * (1 + erf(x / Math.SQRT2))],
  [{ name: 'gelu-tanh' }, (x) => (x / 2) * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)))],
  [{ name: 'hard-sigmoid', alpha: 0.2, beta: 0.5 }, (x) => clipped(0.2 * x + 0.5, 0, 1)],
  [{ name: 'mish' }, (x) => x * Math.tanh(softplus(x))],
  [{ name: 'selu', alpha: 1.67326, gamma: 1.0507 }, (x) => 1.0507 * (x > 0 ? x : 1.67326 * Math.expm1(x))],
  [{ name: 'softplus' }, softplus],
  [{ name: 'softsign' }, (x) => x / (1 + Math.abs(x))],
  [{ name: 'tanh' }, Math.tanh],
  [{ name: 'thresholded-relu', alpha: 0.8 }, (x) => (x > 0.8 ? x : 0)],
]

/** None lies where a function above has a corner or a step. */
const points = [-4.9, -3.3, -2.2, -1.3, -0.6, -0.05, 0.07, 0.4, 0.9, 1.7, 2.6, 4.4]
const shape = [1, 3, 2, 2]
const x = float32Tensor(shape, Float32Array.from(points))

const executors: Executor[] = []
beforeAll(async () => {
  executors.push(
    await createExecutor({ executor: 'onnxruntime', provider: 'cpu', threads: 1 }),
    await createExecutor({ executor: 'reference', provider: 'cpu', threads: 1 }),
  )
})
afterAll(() => executors.forEach((executor) => executor.dispose()))

function difference(f: (x: number) => number, at: number): number {
  const step = 1e-4
  return (f(at + step) - f(at - step)) / (2 * step)
}

function expectNear(found: ArrayLike<number>, expected: readonly number[], tolerance: number): void {
  const differences = expected.map((value, at) => Math.abs(value - (found[at] ?? NaN)))
  expect(Math.max(...differences)).toBeLessThan(tolerance)
}

async function expectFunction(
  compute: (x: tf.Tensor) => tf.Tensor,
  formula: (x: number, at: number) => number,
): Promise<void> {
  for (const executor of executors) {
    const results = await evaluate(executor, 'activation', { x }, ({ x: given }) => {
      if (given === undefined) throw new Error('no x')
      return { value: compute(given), gradient: tf.grad(compute)(given) }
    })
    expectNear(dataOf(results, 'value'), points.map(formula), 2e-6)
    const gradients = points.map((point, at) => difference((value) => formula(value, at), point))
    expectNear(dataOf(results, 'gradient'), gradients, 1e-5)
  }
}

describe.each(cases)('%o', (activation, formula) => {
  it('is its formula, and so is its gradient', async () => {
    await expectFunction((given) => activationForms(activation).compute(given), formula)
  })

  it('is its formula as operators of ONNX', async () => {
    const model = new ModelWriter()
    let steps = 0
    const output = activationForms(activation).write('images', (op, operands, attributes) => {
      const name = `step.${steps++}`
      const inputs = operands.map((operand, at) => {
        return typeof operand === 'string' ? operand : model.floats(`${name}.${at}`, [], [operand])
      })
      return model.node(op, name, inputs, attributes)
    })
    const session = await InferenceSession.create(model.bytes(output, { shape, outputShape: shape }))
    const results = await session.run({ images: new Tensor('float32', Float32Array.from(points), shape) })
    expectNear((await results[output]?.getData()) as Float32Array, points.map(formula), 2e-6)
  })
})

it('covers every function that a description of a network may name', () => {
  const named = activationSchema.options.map(({ shape: { name } }) => name.value)
  expect(new Set(cases.map(([{ name }]) => name))).toEqual(new Set(named))
})

describe('a learned slope', () => {
  it.each<[string, readonly number[]]>([
    ['a channel', [0.1, -0.2, 1.5]],
    ['for all', [0.3]],
  ])('%s scales what is below 0, and has a gradient', async (_, slopes) => {
    const slopeAt = (at: number): number => slopes[slopes.length === 1 ? 0 : Math.floor(at / 4)] ?? NaN
    const slope = float32Tensor([slopes.length], Float32Array.from(slopes))
    await expectFunction(
      (given) => prelu(given, tf.tensor(slope.data, [slopes.length])),
      (value, at) => (value > 0 ? value : slopeAt(at) * value),
    )
    const [executor] = executors
    if (executor === undefined) throw new Error('no executor')
    const results = await evaluate(executor, 'slope', { x, slope }, ({ x: given, slope: learned }) => {
      if (given === undefined || learned === undefined) throw new Error('missing')
      return { gradient: tf.grad((values) => prelu(given, values))(learned) }
    })
    const sums = slopes.map((_value, channel) => {
      const own = points.filter((point, at) => point < 0 && (slopes.length === 1 || Math.floor(at / 4) === channel))
      return own.reduce((sum, point) => sum + point, 0)
    })
    expectNear(dataOf(results, 'gradient'), sums, 1e-5)
  })
})
