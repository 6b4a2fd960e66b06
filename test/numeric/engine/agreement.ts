/** Runs one program on two executors and measures how far their results are apart. */
import type { Executor } from '#engine/executors/executor.ts'
import type { Program } from '#engine/program/program.ts'
import { type HostTensor, type HostTensors, sizeOf, type TensorSpec } from '#shared/tensors/host-tensor.ts'
import { Random } from '#shared/basics/random.ts'

/** Normal numbers, or integers below `bound` for int32. */
export function randomTensor({ shape, dtype }: TensorSpec, random: Random, bound = 4): HostTensor {
  const size = sizeOf(shape)
  if (dtype === 'int32') {
    return { shape, dtype, data: Int32Array.from({ length: size }, () => random.integer(bound)) }
  }
  return { shape, dtype, data: Float32Array.from({ length: size }, () => random.normal()) }
}

export function randomTensors(specs: Readonly<Record<string, TensorSpec>>, seed: number): HostTensors {
  const random = Random.fromSeed(seed)
  return Object.fromEntries(Object.entries(specs).map(([name, spec]) => [name, randomTensor(spec, random)]))
}

export async function runOnce(executor: Executor, program: Program, inputs: HostTensors): Promise<HostTensors> {
  const compiled = await executor.compile(program)
  const state = executor.createState({})
  const results = await compiled.run(inputs, state)
  state.dispose()
  compiled.dispose()
  return results
}

/**
 * Largest difference of any output relative to the largest magnitude of that output; infinite when names, shapes or
 * types differ, or where only one side is NaN or infinite.
 */
export function distance(actual: HostTensors, expected: HostTensors): number {
  if (Object.keys(actual).sort().join() !== Object.keys(expected).sort().join()) return Infinity
  return Math.max(0, ...Object.entries(expected).map(([name, tensor]) => tensorDistance(actual[name], tensor)))
}

function tensorDistance(actual: HostTensor | undefined, expected: HostTensor): number {
  if (actual?.dtype !== expected.dtype || actual.shape.join() !== expected.shape.join()) return Infinity
  let scale = 1e-6
  let difference = 0
  for (const [index, wanted] of expected.data.entries()) {
    const found = actual.data[index] ?? NaN
    if (Object.is(found, wanted) || found === wanted) continue
    if (!Number.isFinite(found) || !Number.isFinite(wanted)) return Infinity
    scale = Math.max(scale, Math.abs(wanted))
    difference = Math.max(difference, Math.abs(found - wanted))
  }
  for (const wanted of expected.data) if (Number.isFinite(wanted)) scale = Math.max(scale, Math.abs(wanted))
  return difference / scale
}
