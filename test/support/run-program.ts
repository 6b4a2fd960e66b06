import type { Executor } from '#engine/executors/executor.ts'
import type { NamedTensors, Program } from '#engine/program/program.ts'
import type { HostTensors } from '#shared/tensors/host-tensor.ts'

/** Compiles and runs a program once. */
export async function runOnce(
  executor: Executor,
  program: Program,
  inputs: HostTensors,
  stateTensors: HostTensors = {},
): Promise<HostTensors> {
  const compiled = await executor.compile(program)
  const state = executor.createState(stateTensors)
  try {
    return await compiled.run(inputs, state)
  } finally {
    state.dispose()
    compiled.dispose()
  }
}

/** Evaluates `build` of some tensors: they are its inputs, and all it returns comes back. */
export function evaluate(
  executor: Executor,
  name: string,
  tensors: HostTensors,
  build: (tensors: NamedTensors) => NamedTensors,
): Promise<HostTensors> {
  const inputs = Object.fromEntries(Object.entries(tensors).map(([key, { shape, dtype }]) => [key, { shape, dtype }]))
  return runOnce(executor, { name, inputs, state: {}, constants: {}, build }, tensors)
}

export function dataOf(tensors: HostTensors, name: string): Float32Array | Int32Array {
  const tensor = tensors[name]
  if (tensor === undefined) throw new Error(`the program gave no output ${name}`)
  return tensor.data
}

export function scalarOf(tensors: HostTensors, name: string): number {
  return dataOf(tensors, name)[0] ?? NaN
}
