/**
 * The engine on WebGPU, at tiny shapes: `npm test` points the Vulkan loader at the software adapter that Electron ships,
 * which is right but about a hundred times slower than the CPU provider.
 */
import { afterAll, describe, expect, test, vi } from 'vitest'
import { activationForms } from '#engine/network/activations.ts'
import { createExecutor } from '#engine/executors/create-executor.ts'
import type { Executor } from '#engine/executors/executor.ts'
import { tf } from '#engine/program/tfjs.ts'
import type { Program } from '#engine/program/program.ts'
import type { Activation } from '#shared/network/activation.ts'
import type { TensorSpec } from '#shared/tensors/host-tensor.ts'
import { AppException } from '#shared/basics/result.ts'
import { distance, randomTensors, runOnce } from './agreement.ts'

vi.setConfig({ testTimeout: 240_000, hookTimeout: 60_000 })

const isRequired = process.env['NERN_WEBGPU_ICD'] !== undefined

/** Undefined where there is no adapter; throws where `npm test` provided one. */
async function findWebgpu(): Promise<Executor | undefined> {
  try {
    return await createExecutor({ executor: 'onnxruntime', provider: 'webgpu', threads: 1 })
  } catch (thrown) {
    if (isRequired || !(thrown instanceof AppException) || thrown.code !== 'executor-unavailable') throw thrown
    return undefined
  }
}

const f = (...shape: number[]): TensorSpec => ({ shape, dtype: 'float32' })

function program(name: string, inputs: Program['inputs'], build: Program['build']): Program {
  return { name, inputs, state: {}, constants: {}, build }
}

type Inputs = Parameters<Program['build']>[0]

function named(tensors: Inputs, name: string): tf.Tensor {
  const tensor = tensors[name]
  if (tensor === undefined) throw new Error(`no tensor ${name}`)
  return tensor
}

function maps(tensor: tf.Tensor): tf.Tensor4D {
  const [a = 1, b = 1, c = 1, d = 1] = tensor.shape
  return tf.reshape(tensor, [a, b, c, d])
}

/** Value and gradients of a scalar by the named inputs. */
function withGradients(by: readonly string[], loss: (tensors: Inputs) => tf.Scalar): Program['build'] {
  return (tensors) => {
    const { value, grads } = tf.valueAndGrads((...xs: tf.Tensor[]) => {
      const given = Object.fromEntries(by.map((name, at) => [name, xs[at] ?? named(tensors, name)]))
      return loss({ ...tensors, ...given })
    })(by.map((name) => named(tensors, name)))
    return { value, ...Object.fromEntries(by.map((name, at) => [`d ${name}`, grads[at] ?? value])) }
  }
}

const convolution = (stride: number): Program['build'] =>
  withGradients(['x', 'w'], (of) => {
    const filter = maps(tf.transpose(named(of, 'w'), [2, 3, 1, 0]))
    const result = tf.relu(tf.conv2d(maps(named(of, 'x')), filter, stride, 1, 'NCHW'))
    return tf.sum(tf.mul(tf.square(result), 0.1))
  })

const activations: readonly Activation[] = [
  { name: 'affine', scale: 2, shift: 1 },
  { name: 'celu', alpha: 0.7 },
  { name: 'clip', low: -0.5, high: 0.5 },
  { name: 'elu', alpha: 0.3 },
  { name: 'gelu' },
  { name: 'gelu-tanh' },
  { name: 'hard-sigmoid', alpha: 0.2, beta: 0.5 },
  { name: 'mish' },
  { name: 'selu', alpha: 1.67326, gamma: 1.0507 },
  { name: 'softsign' },
  { name: 'thresholded-relu', alpha: 0.3 },
]

const programs: readonly Program[] = [
  program(
    'two linear layers and a look-up',
    { table: f(5, 4), a: f(6, 4), b: f(3, 6), rows: { shape: [7], dtype: 'int32' } },
    withGradients(['table', 'a', 'b'], (of) => {
      const rows = tf.cast(tf.reshape(named(of, 'rows'), [7]), 'int32')
      const hidden = tf.relu(tf.matMul(tf.gather(named(of, 'table'), rows), named(of, 'a'), false, true))
      return tf.sum(tf.square(tf.matMul(hidden, named(of, 'b'), false, true)))
    }),
  ),
  program('convolution, stride 1', { x: f(2, 3, 6, 6), w: f(4, 3, 3, 3) }, convolution(1)),
  program('convolution, stride 2', { x: f(2, 3, 6, 6), w: f(4, 3, 3, 3) }, convolution(2)),
  program(
    'activations',
    { x: f(2, 3, 4, 4) },
    withGradients(['x'], (of) => {
      const values = activations.map((activation, at) => {
        return tf.mul(activationForms(activation).compute(named(of, 'x')), 0.1 + 0.01 * at)
      })
      return tf.sum(tf.addN(values))
    }),
  ),
  program(
    'divergence of softened logits',
    { x: f(4, 5), y: f(4, 5) },
    withGradients(['y'], (of) => {
      const p = tf.softmax(named(of, 'x'))
      return tf.sum(tf.mul(p, tf.sub(tf.logSoftmax(named(of, 'x')), tf.logSoftmax(named(of, 'y')))))
    }),
  ),
]

const found = await findWebgpu()
const reference = await createExecutor({ executor: 'reference', provider: 'cpu', threads: 0 })

afterAll(() => {
  found?.dispose()
  reference.dispose()
})

describe.skipIf(found === undefined)(
  `webgpu agrees with the reference${found === undefined ? ' (no adapter here)' : ''}:`,
  () => {
    test.each(programs)('$name', async (each) => {
      if (found === undefined) throw new Error('skipped tests do not run')
      const inputs = randomTensors(each.inputs, 11)
      expect(distance(await runOnce(found, each, inputs), await runOnce(reference, each, inputs))).toBeLessThan(1e-4)
    })
  },
)
