import { expect, test } from 'vitest'
import { createExecutor } from '#engine/executors/create-executor.ts'
import type { Program } from '#engine/program/program.ts'
import { tf } from '#engine/program/tfjs.ts'
import { float32Tensor, scalarTensor } from '#shared/tensors/host-tensor.ts'

/** 16 KiB of state: ten thousand lost copies would be 160 MiB. */
const size = 4096

const counting: Program = {
  name: 'counting',
  inputs: { amount: { shape: [], dtype: 'float32' } },
  state: { w: { shape: [size], dtype: 'float32' } },
  constants: {},
  build: ({ w, amount }) => {
    if (w === undefined || amount === undefined) throw new Error('missing')
    const next = tf.add(w, amount)
    return { w: next, sum: tf.sum(next) }
  },
}

test('ten thousand steps on onnxruntime keep memory and state as they are', async () => {
  const executor = await createExecutor({ executor: 'onnxruntime', provider: 'cpu', threads: 1 })
  const program = await executor.compile(counting)
  const state = executor.createState({ w: float32Tensor([size], new Float32Array(size)) })
  const amount = scalarTensor(1)
  const run = async (steps: number): Promise<void> => {
    for (let step = 0; step < steps; step++) await program.run({ amount }, state)
  }
  await run(2000)
  const before = process.memoryUsage().rss
  await run(8000)
  const grownBytes = process.memoryUsage().rss - before
  const { w } = await state.read()
  expect(w?.data.every((value) => value === 10_000)).toBe(true)
  expect(grownBytes).toBeLessThan(64 * 2 ** 20)
})

test('a thousand steps on the reference leave no tensor behind', async () => {
  const executor = await createExecutor({ executor: 'reference', provider: 'cpu', threads: 0 })
  const program = await executor.compile(counting)
  const state = executor.createState({ w: float32Tensor([size], new Float32Array(size)) })
  const amount = scalarTensor(1)
  const before = tf.memory().numTensors
  for (let step = 0; step < 1000; step++) await program.run({ amount }, state)
  expect(tf.memory().numTensors).toBe(before)
  state.dispose()
  program.dispose()
  expect(tf.memory().numTensors).toBe(before - 1)
})
