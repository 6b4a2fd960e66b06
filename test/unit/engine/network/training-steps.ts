/** What PyTorch computed for the tiny network (test/fixtures/networks). */
import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { Network } from '#networks/network.ts'
import { float32Tensor, type HostTensors } from '#shared/tensors/host-tensor.ts'

const values = z.record(z.string(), z.array(z.number()))

const trainingSteps = z.object({
  options: z.object({
    momentum: z.number(),
    nesterov: z.boolean(),
    weightDecay: z.number(),
    labelSmoothing: z.number(),
  }),
  learningRates: z.array(z.number()),
  images: z.array(z.int()),
  labels: z.array(z.int()),
  parameters: values,
  inference: values,
  steps: z.array(z.object({ loss: z.number(), correct: z.number(), parameters: values })),
})

export function readTrainingSteps() {
  const file = new URL('../../../fixtures/networks/training-steps.json', import.meta.url)
  return trainingSteps.parse(JSON.parse(readFileSync(file, 'utf8')))
}

/** Lists of numbers by parameter name as tensors of the network's shapes. */
export function parameterTensors(network: Network, lists: Readonly<Record<string, readonly number[]>>): HostTensors {
  return Object.fromEntries(
    network.parameters.map(({ name, shape }) => [name, float32Tensor(shape, Float32Array.from(lists[name] ?? []))]),
  )
}

/** Largest absolute difference; infinite where the lengths differ or a value is not a number. */
export function largestDifference(actual: ArrayLike<number>, expected: readonly number[]): number {
  if (actual.length !== expected.length) return Infinity
  const differences = expected.map((value, at) => Math.abs(value - (actual[at] ?? NaN)))
  return differences.some(Number.isNaN) ? Infinity : Math.max(...differences)
}
