import { expect, test } from 'vitest'
import { batchNormTraining } from '#engine/network/batch-norm.ts'
import {
  initialTrainOriginalState,
  mixedLabelInputs,
  trainOriginalInputsAt,
  trainOriginalProgram,
} from '#engine/training/original-training.ts'
import { tf } from '#engine/program/tfjs.ts'
import type { RepresentedLayer } from '#networks/network.ts'
import { float32Tensor, int32Tensor, type HostTensors } from '#shared/tensors/host-tensor.ts'
import { kernelShapeOf } from '#shared/tensors/represented-shape.ts'
import { runEagerly } from '../network/run-eagerly.ts'
import { tinyNetwork } from '../network/tiny-network.ts'
import { largestDifference, parameterTensors, readTrainingSteps } from '../network/training-steps.ts'

const network = tinyNetwork()
const pytorch = readTrainingSteps()
const options = { ...pytorch.options, batch: 5, smoothness: { form: 'cosine', weight: 0 }, isMixed: false } as const
const labels = Int32Array.from(pytorch.labels)
const batch = {
  images: float32Tensor([5, 3, 8, 8], Float32Array.from(pytorch.images)),
  labels: int32Tensor([5], labels),
}

test('three steps follow PyTorch in loss, parameters and running statistics', async () => {
  const program = trainOriginalProgram(network, options)
  let state: HostTensors = initialTrainOriginalState(network, options, parameterTensors(network, pytorch.parameters))
  const differences: number[] = []
  const correct: (number | undefined)[] = []
  for (const [at, step] of pytorch.steps.entries()) {
    const inputs = trainOriginalInputsAt(options, at + 1, pytorch.learningRates[at] ?? 0)
    const outputs = await runEagerly(program, { ...batch, ...inputs }, state)
    differences.push(Math.abs((outputs['loss']?.data[0] ?? NaN) - step.loss))
    correct.push(outputs['correct']?.data[0])
    for (const { name } of network.parameters) {
      differences.push(largestDifference(outputs[name]?.data ?? [], step.parameters[name] ?? []))
    }
    state = outputs
  }
  // Parameters are of size 1 and float32 rounds at 6e-8; three steps amplify that a little.
  expect(Math.max(...differences)).toBeLessThan(5e-6)
  expect(correct).toEqual(pytorch.steps.map((step) => step.correct))
})

test('a mixed label is the same as that much of each loss and of each gradient', async () => {
  const others = Int32Array.from(pytorch.labels, (label) => (label + 1) % network.classes)
  const share = 0.7
  const start = initialTrainOriginalState(network, options, parameterTensors(network, pytorch.parameters))
  const inputs = { ...batch, ...trainOriginalInputsAt(options, 1, 0.1) }
  const step = (of: Int32Array) =>
    runEagerly(trainOriginalProgram(network, options), { ...inputs, labels: int32Tensor([5], of) }, start)
  const first = await step(labels)
  const second = await step(others)
  const program = trainOriginalProgram(network, { ...options, isMixed: true })
  const mixed = await runEagerly(program, { ...inputs, ...mixedLabelInputs(others, share) }, start)
  // The first update of SGD is linear in the gradient, so parameters mix as losses do.
  for (const [name, { data }] of Object.entries(mixed)) {
    const expected = Array.from(first[name]?.data ?? [], (value, at) => {
      return share * value + (1 - share) * (second[name]?.data[at] ?? NaN)
    })
    expect(largestDifference(data, expected), name).toBeLessThan(5e-6)
  }
  // All alike is not mixed at all.
  const alike = await runEagerly(program, { ...inputs, ...mixedLabelInputs(labels, share) }, start)
  expect(alike['loss']?.data[0]).toBeCloseTo(first['loss']?.data[0] ?? NaN, 5)
  expect(alike['correct']?.data[0]).toBeCloseTo(first['correct']?.data[0] ?? NaN, 5)
})

test('every state entry is replaced by a step, and nothing stays allocated', async () => {
  const program = trainOriginalProgram(network, options)
  const state = initialTrainOriginalState(network, options, parameterTensors(network, pytorch.parameters))
  const inputs = { ...batch, ...trainOriginalInputsAt(options, 1, 0.1) }
  const outputs = await runEagerly(program, inputs, state)
  expect(Object.keys(program.state).filter((name) => !(name in outputs))).toEqual([])
  expect(Object.keys(state).toSorted()).toEqual(Object.keys(program.state).toSorted())
  const before = tf.memory().numTensors
  await runEagerly(program, inputs, state)
  expect(tf.memory().numTensors).toBe(before)
})

test('the written-out gradient of batch normalisation is the one autodiff finds', async () => {
  await tf.setBackend('cpu')
  const difference = tf.tidy(() => {
    const x = tf.randomNormal([3, 2, 4, 4], 1, 2, 'float32', 5) as tf.Tensor4D // Rank of the shape given.
    const weight = tf.tensor1d([0.7, -1.3])
    const bias = tf.tensor1d([0.1, 0.4])
    const probe = tf.randomNormal([3, 2, 4, 4], 0, 1, 'float32', 6)
    const plain = (map: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor): tf.Tensor => {
      const centred = tf.sub(map, tf.mean(map, [0, 2, 3], true))
      const deviation = tf.sqrt(tf.add(tf.mean(tf.square(centred), [0, 2, 3], true), 1e-5))
      return tf.add(tf.mul(tf.div(centred, deviation), tf.reshape(gamma, [2, 1, 1])), tf.reshape(beta, [2, 1, 1]))
    }
    const written = tf.grads((map, gamma, beta) =>
      tf.sum(tf.mul(probe, batchNormTraining(map as tf.Tensor4D, gamma, beta, 1e-5).output)),
    )
    const automatic = tf.grads((map, gamma, beta) => tf.sum(tf.mul(probe, plain(map, gamma, beta))))
    const inputs = [x, weight, bias]
    const expected = automatic(inputs)
    return written(inputs).map((gradient, at) =>
      largestDifference(gradient.dataSync(), [...(expected[at]?.dataSync() ?? [])]),
    )
  })
  expect(Math.max(...difference)).toBeLessThan(1e-5)
})

/** Method 5.1 with 14.A.6, kernel by kernel: what is added to the loss, without its factor. */
function smoothnessByHand(form: 'cosine' | 'l2', shape: RepresentedLayer['shape'], weight: ArrayLike<number>): number {
  const [filters, channels, height, width] = kernelShapeOf(shape)
  const size = height * width
  const length = (values: readonly number[]): number => Math.sqrt(values.reduce((sum, value) => sum + value ** 2, 0))
  const kernel = (filter: number, channel: number): number[] =>
    Array.from({ length: size }, (_, at) => weight[(filter * channels + channel) * size + at] ?? NaN)
  const norm = size === 1 ? length(Array.from(weight)) : undefined
  const cost = (one: readonly number[], next: readonly number[]): number =>
    form === 'cosine' && size > 1
      ? -one.reduce((sum, value, at) => sum + value * (next[at] ?? NaN), 0) / (length(one) * length(next))
      : length(one.map((value, at) => value / (norm ?? length(one)) - (next[at] ?? NaN)))
  let sum = 0
  for (let filter = 0; filter < filters; filter++) {
    for (let channel = 0; channel < channels; channel++) {
      if (channel + 1 < channels) sum += cost(kernel(filter, channel), kernel(filter, channel + 1))
      if (filter + 1 < filters) sum += cost(kernel(filter, channel), kernel(filter + 1, channel))
    }
  }
  return sum
}

test.each(['cosine', 'l2'] as const)('smoothness (%s) enters loss and gradient with its weight', async (form) => {
  const weight = 0.05
  const learningRate = 0.1
  const parameters = parameterTensors(network, pytorch.parameters)
  const plain = { ...options, momentum: 0 }
  const step = async (smoothness: typeof options.smoothness | { form: typeof form; weight: number }) => {
    const program = trainOriginalProgram(network, { ...plain, smoothness })
    const state = initialTrainOriginalState(network, plain, parameters)
    return runEagerly(program, { ...batch, ...trainOriginalInputsAt(plain, 1, learningRate) }, state)
  }
  const without = await step(options.smoothness)
  const regularised = await step({ form, weight })
  const entropy = without['loss']?.data[0] ?? NaN
  const layers = network.representedLayers
  const term =
    weight *
    layers.reduce((sum, { name, shape }) => {
      return sum + smoothnessByHand(form, shape, parameters[name]?.data ?? [])
    }, 0)
  expect(regularised['crossEntropy']?.data[0]).toBeCloseTo(entropy, 5)
  expect(regularised['smoothnessTerm']?.data[0]).toBeCloseTo(term, 5)
  expect(regularised['loss']?.data[0]).toBeCloseTo(entropy + term, 5)

  const errors = layers.flatMap(({ name, shape }) => {
    const values = Array.from(parameters[name]?.data ?? [])
    return [0, Math.floor(values.length / 2), values.length - 1].map((at) => {
      const shifted = (by: number): number =>
        smoothnessByHand(
          form,
          shape,
          values.map((value, index) => (index === at ? value + by : value)),
        )
      const slope = (shifted(1e-5) - shifted(-1e-5)) / 2e-5
      const moved = (regularised[name]?.data[at] ?? NaN) - (without[name]?.data[at] ?? NaN)
      return Math.abs(moved + learningRate * weight * slope)
    })
  })
  expect(errors.length).toBeGreaterThanOrEqual(12)
  expect(Math.max(...errors)).toBeLessThan(2e-6)
})
