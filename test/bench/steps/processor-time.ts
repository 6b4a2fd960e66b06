import process from 'node:process'
import type { Executor } from '#engine/executors/executor.ts'
import type { Program } from '#engine/program/program.ts'
import type { HostTensors } from '#shared/tensors/host-tensor.ts'
import { median } from './rounds.ts'

interface TimedRun {
  readonly inputs: HostTensors
  /** State before the first run. */
  readonly start: HostTensors
  readonly rounds: number
}

/** Processor milliseconds of a run of `program`, the median of some, after one that does not count. */
export async function processorMilliseconds(
  executor: Executor,
  program: Program,
  { inputs, start, rounds }: TimedRun,
): Promise<number> {
  const compiled = await executor.compile(program)
  const state = executor.createState(start)
  await compiled.run(inputs, state)
  const times: number[] = []
  for (let round = 0; round < rounds; round++) {
    const before = process.cpuUsage()
    await compiled.run(inputs, state)
    const { user, system } = process.cpuUsage(before)
    times.push((user + system) / 1000)
  }
  state.dispose()
  compiled.dispose()
  return median(times)
}
