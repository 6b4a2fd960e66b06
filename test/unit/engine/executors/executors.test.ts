import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createExecutor, listExecutors } from '#engine/executors/create-executor.ts'
import type { Executor, ExecutorOptions } from '#engine/executors/executor.ts'
import type { Program } from '#engine/program/program.ts'
import { tf } from '#engine/program/tfjs.ts'
import { float32Tensor, int32Tensor, scalarTensor, type HostTensor } from '#shared/tensors/host-tensor.ts'
import { toAppError } from '#shared/basics/result.ts'

/** Descends (w - target)^2 and counts its steps. */
const descent: Program = {
  name: 'descent',
  inputs: { rate: { shape: [], dtype: 'float32' } },
  state: { w: { shape: [2], dtype: 'float32' }, steps: { shape: [], dtype: 'int32' } },
  constants: { target: float32Tensor([2], Float32Array.of(3, -1)) },
  build({ rate, w, steps, target }) {
    if (rate === undefined || w === undefined || steps === undefined || target === undefined) throw new Error('missing')
    const { value, grad } = tf.valueAndGrad((at) => tf.sum(tf.square(tf.sub(at, target))))(w)
    return { loss: value, w: tf.sub(w, tf.mul(grad, rate)), steps: tf.add(steps, tf.scalar(1, 'int32')) }
  },
}

const start = (): Record<string, HostTensor> => ({
  w: float32Tensor([2], Float32Array.of(0, 0)),
  steps: int32Tensor([], Int32Array.of(0)),
})

async function errorOf(work: () => Promise<unknown>): Promise<ReturnType<typeof toAppError>> {
  try {
    await work()
  } catch (error) {
    return toAppError(error)
  }
  throw new Error('ended without an error')
}

describe.each([
  { executor: 'onnxruntime', provider: 'cpu', threads: 1 },
  { executor: 'reference', provider: 'cpu', threads: 0 },
] satisfies ExecutorOptions[])('executor $executor', (options) => {
  let executor: Executor

  beforeAll(async () => {
    executor = await createExecutor(options)
  })

  afterAll(() => executor.dispose())

  test('keeps state between runs and returns the other outputs', async () => {
    const program = await executor.compile(descent)
    const state = executor.createState(start())
    const first = await program.run({ rate: scalarTensor(0.25) }, state)
    const second = await program.run({ rate: scalarTensor(0.25) }, state)
    expect([first, second].map(({ loss }) => loss?.data[0])).toEqual([10, 2.5])
    expect(await state.read()).toEqual({
      w: float32Tensor([2], Float32Array.of(2.25, -0.75)),
      steps: int32Tensor([], Int32Array.of(2)),
    })
  })

  test('shares one state among programs and takes new values from outside', async () => {
    const program = await executor.compile(descent)
    const evaluation = await executor.compile({
      ...descent,
      name: 'evaluation',
      inputs: {},
      state: { w: { shape: [2], dtype: 'float32' } },
      build: ({ w }) => ({ sum: tf.sum(w ?? tf.scalar(0)) }),
    })
    const state = executor.createState(start())
    await program.run({ rate: scalarTensor(0.25) }, state)
    expect((await evaluation.run({}, state))['sum']?.data[0]).toBe(1)
    state.write({ w: float32Tensor([2], Float32Array.of(3, 4)) })
    expect((await evaluation.run({}, state))['sum']?.data[0]).toBe(7)
  })

  test('hands out copies: neither side sees what the other does to its memory', async () => {
    const program = await executor.compile(descent)
    const given = start()
    const state = executor.createState(given)
    given['w']?.data.fill(100)
    const read = await state.read(['w'])
    read['w']?.data.fill(50)
    await program.run({ rate: scalarTensor(0) }, state)
    expect([...((await state.read(['w']))['w']?.data ?? [])]).toEqual([0, 0])
  })

  test('returns what it was given when a program passes it through', async () => {
    const x = { shape: [2], dtype: 'float32' } as const
    const program = await executor.compile({
      name: 'pass',
      inputs: { x },
      state: {},
      constants: {},
      build: (given) => ({
        a: given['x'] ?? tf.scalar(0),
        b: given['x'] ?? tf.scalar(0),
        c: tf.greater(given['x'] ?? 0, 1),
      }),
    })
    const input = float32Tensor([2], Float32Array.of(1, 2))
    expect(await program.run({ x: input }, executor.createState({}))).toEqual({
      a: input,
      b: input,
      c: int32Tensor([2], Int32Array.of(0, 1)),
    })
  })

  test.each([
    ['a missing input', {}, 'Program descent was run without input rate'],
    [
      'an input of another shape',
      { rate: float32Tensor([2], Float32Array.of(1, 1)) },
      'Program descent needs input rate as float32 [], got float32 [2]',
    ],
    ['an unknown input', { rate: scalarTensor(1), speed: scalarTensor(1) }, 'Program descent has no input speed'],
  ])('refuses %s', async (_, inputs, message) => {
    const program = await executor.compile(descent)
    const error = await errorOf(() => program.run(inputs, executor.createState(start())))
    expect([error.code, error.message]).toEqual(['invalid-argument', message])
  })

  test('refuses state of another shape, and reading state it does not have', async () => {
    const program = await executor.compile(descent)
    const state = executor.createState({ ...start(), w: scalarTensor(1) })
    const ran = await errorOf(() => program.run({ rate: scalarTensor(1) }, state))
    expect(ran.message).toBe('Program descent needs state w as float32 [2], got float32 []')
    expect((await errorOf(() => state.read(['v']))).message).toBe('There is no state named v')
  })
})

describe('onnxruntime', () => {
  test('names an operation it cannot compile before anything runs', async () => {
    const executor = await createExecutor({ executor: 'onnxruntime', provider: 'cpu', threads: 1 })
    const error = await errorOf(() =>
      executor.compile({ ...descent, build: ({ w }) => ({ loss: tf.cosh(w ?? tf.scalar(0)) }) }),
    )
    expect([error.code, error.message]).toEqual([
      'op-unsupported',
      'Program descent uses operation Cosh, which cannot be compiled',
    ])
  })

  test('repeats a run bit for bit', async () => {
    const executor = await createExecutor({ executor: 'onnxruntime', provider: 'cpu', threads: 2 })
    const results: number[][] = []
    for (let attempt = 0; attempt < 2; attempt++) {
      const program = await executor.compile(descent)
      const state = executor.createState(start())
      for (let step = 0; step < 20; step++) await program.run({ rate: scalarTensor(0.1) }, state)
      results.push([...((await state.read(['w']))['w']?.data ?? [])])
    }
    expect(results[0]).toEqual(results[1])
  })
})

describe('the list of executors', () => {
  test('finds the two that every machine has, and says what the others lack', async () => {
    const listings = await listExecutors()
    const always = listings
      .filter(({ available }) => available)
      .map(({ executor, provider }) => `${executor} ${provider}`)
    expect(always).toEqual(expect.arrayContaining(['onnxruntime cpu', 'reference cpu']))
    const isSilent = (text = '') => text.length < 20
    const silent = listings.filter(
      ({ available, reason, remedy }) => !available && (isSilent(reason) || isSilent(remedy)),
    )
    expect(silent).toEqual([])
  })

  test('names package and remedy for TensorFlow where it is not installed', async (context) => {
    const listing = (await listExecutors()).find(({ executor }) => executor === 'tensorflow')
    context.skip(listing?.available === true, '@tensorflow/tfjs-node-gpu is installed here')
    expect(listing?.reason).toMatch(/@tensorflow\/tfjs-node-gpu cannot be loaded/)
    expect(listing?.remedy).toMatch(/npm rebuild/)
  })
})
