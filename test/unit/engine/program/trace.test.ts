import '@tensorflow/tfjs-backend-cpu'
import { afterEach, describe, expect, test } from 'vitest'
import type { Program } from '#engine/program/program.ts'
import { tf } from '#engine/program/tfjs.ts'
import { traceProgram } from '#engine/program/tracer/trace.ts'
import { toAppError } from '#shared/basics/result.ts'

const x = { shape: [2, 3], dtype: 'float32' } as const

function program(build: (x: tf.Tensor) => Record<string, tf.Tensor>, more: Partial<Program> = {}): Program {
  return {
    name: 'sample',
    inputs: { x },
    state: {},
    constants: {},
    build: (tensors) => build(tensors['x'] ?? tf.scalar(0)),
    ...more,
  }
}

function errorOf(traced: Program): ReturnType<typeof toAppError> {
  try {
    traceProgram(traced)
  } catch (error) {
    return toAppError(error)
  }
  throw new Error('traced without an error')
}

afterEach(async () => {
  await tf.setBackend('cpu')
})

describe('a traced program', () => {
  test('is a list of kernels with known shapes', () => {
    const graph = traceProgram(program((input) => ({ y: tf.sum(tf.relu(tf.reshape(input, [3, 2])), 0) })))
    const nodes = graph.nodes.map(({ op, outputs }) => [op, ...outputs.map((id) => graph.values[id]?.shape)])
    expect(nodes).toEqual([
      ['Reshape', [3, 2]],
      ['Relu', [3, 2]],
      ['Sum', [2]],
    ])
  })

  test('computes equal expressions once and unused ones not at all', () => {
    const graph = traceProgram(
      program((input) => {
        tf.exp(input)
        return { y: tf.mul(tf.add(tf.sin(input), 2), tf.add(tf.sin(input), 2)) }
      }),
    )
    expect(graph.nodes.map(({ op }) => op)).toEqual(['Sin', 'Add', 'Multiply'])
  })

  test('leaves the active backend and every tensor as they were', async () => {
    await tf.setBackend('cpu')
    const before = tf.memory().numTensors
    traceProgram(program((input) => ({ y: tf.add(input, 1) })))
    expect(() => traceProgram(program((input) => ({ y: tf.cosh(input) })))).toThrow()
    expect([tf.getBackend(), tf.memory().numTensors]).toEqual(['cpu', before])
    expect([...tf.add(tf.tensor([1, 2]), 1).dataSync()]).toEqual([2, 3])
  })
})

describe('tracing refuses', () => {
  test('an operation that cannot be compiled, by name', () => {
    const error = errorOf(program((input) => ({ y: tf.cosh(input) })))
    expect([error.code, error.message]).toEqual([
      'op-unsupported',
      'Program sample uses operation Cosh, which cannot be compiled',
    ])
  })

  test('an attribute that cannot be compiled, with its operation and program', () => {
    const grouped = program((input) => ({
      y: tf.gather(tf.stack([input, input]), tf.zeros([2, 1], 'int32'), 1, 1),
    }))
    const { code, message, where } = errorOf(grouped)
    expect({ code, message, where }).toEqual({
      code: 'op-unsupported',
      message: 'Operation GatherV2 cannot be compiled with batch dimensions',
      where: 'program sample',
    })
  })

  test('to read a result, naming the operation it comes from', () => {
    const { code, message } = errorOf(
      program((input) => {
        tf.exp(input).dataSync()
        return {}
      }),
    )
    expect({ code, message }).toEqual({
      code: 'op-unsupported',
      message: 'Program sample reads the contents of a result of Exp, but while it is compiled no tensor has contents',
    })
  })

  test('a tensor made outside the program', async () => {
    await tf.setBackend('cpu')
    const outside = tf.tensor([1, 2, 3])
    const { code, message } = errorOf(program((input) => ({ y: tf.add(input, outside) })))
    expect({ code, message }).toEqual({
      code: 'op-unsupported',
      message: 'Program sample uses a tensor of shape [3] that was made outside it',
    })
    expect([...outside.dataSync()]).toEqual([1, 2, 3])
  })

  test('one name for two things', () => {
    expect(errorOf(program((input) => ({ y: input }), { state: { x } })).code).toBe('invalid-argument')
  })

  test('a new state of another shape', () => {
    const state = { s: { shape: [], dtype: 'float32' as const } }
    expect(errorOf(program((input) => ({ s: input }), { state })).message).toBe(
      'Program sample replaces state s of float32 [] by float32 [2, 3]',
    )
  })
})
