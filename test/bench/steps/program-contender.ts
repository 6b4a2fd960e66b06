import { performance } from 'node:perf_hooks'
import type { CompiledProgram, DeviceState, Executor } from '#engine/executors/executor.ts'
import type { Contender } from './contender.ts'
import type { Workload } from './workload.ts'

/** A program of the studio on one of its executors. */
export class ProgramContender implements Contender {
  readonly system: Contender['system']
  readonly variant: string
  readonly #workload: Workload
  readonly #executor: Executor
  readonly #program: CompiledProgram
  #state: DeviceState
  /** Steps done from `#state`'s start. */
  #done = 0

  private constructor(
    description: Pick<Contender, 'system' | 'variant'>,
    workload: Workload,
    executor: Executor,
    program: CompiledProgram,
  ) {
    this.system = description.system
    this.variant = description.variant
    this.#workload = workload
    this.#executor = executor
    this.#program = program
    this.#state = executor.createState(workload.start)
  }

  static async create(
    description: Pick<Contender, 'system' | 'variant'>,
    workload: Workload,
    executor: Executor,
  ): Promise<ProgramContender> {
    return new ProgramContender(description, workload, executor, await executor.compile(workload.program))
  }

  async losses(count: number): Promise<readonly number[]> {
    this.#state.dispose()
    this.#state = this.#executor.createState(this.#workload.start)
    this.#done = 0
    const losses: number[] = []
    for (let step = 0; step < count; step++) losses.push(...(await this.#run()))
    return losses
  }

  async time(count: number): Promise<number> {
    await this.#run()
    const startedMs = performance.now()
    for (let step = 0; step < count; step++) await this.#run()
    return (performance.now() - startedMs) / count
  }

  dispose(): Promise<void> {
    this.#state.dispose()
    this.#program.dispose()
    return Promise.resolve()
  }

  async #run(): Promise<readonly number[]> {
    this.#done += 1
    const outputs = await this.#program.run(this.#workload.inputsAt(this.#done), this.#state)
    return this.#workload.losses.map((name) => outputs[name]?.data[0] ?? Number.NaN)
  }
}
