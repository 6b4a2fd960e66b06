import { performance } from 'node:perf_hooks'
import type { CompiledProgram, DeviceState, Executor } from '#engine/executors/executor.ts'
import type { HostTensor } from '#shared/host-tensor.ts'
import type { Contender } from './contender.ts'
import { initialState, randomImages, stepInputs, stepProgram, type EmbeddingForm, type StepKind } from './workload.ts'

/** A program of the studio on one of its executors. */
export class ProgramContender implements Contender {
  readonly system: Contender['system']
  readonly variant: string
  readonly #step: StepKind
  readonly #executor: Executor
  readonly #program: CompiledProgram
  readonly #images: HostTensor | undefined
  #state: DeviceState
  /** Steps done from `#state`'s start. */
  #done = 0

  private constructor(
    description: Pick<Contender, 'system' | 'variant'>,
    step: StepKind,
    executor: Executor,
    program: CompiledProgram,
  ) {
    this.system = description.system
    this.variant = description.variant
    this.#step = step
    this.#executor = executor
    this.#program = program
    this.#images = step.kind === 'full' ? randomImages(step.batch) : undefined
    this.#state = executor.createState(initialState())
  }

  static async create(
    description: Pick<Contender, 'system' | 'variant'>,
    step: StepKind,
    executor: Executor,
    form: EmbeddingForm,
  ): Promise<ProgramContender> {
    return new ProgramContender(description, step, executor, await executor.compile(stepProgram(step, form)))
  }

  async losses(count: number): Promise<readonly number[]> {
    this.#state.dispose()
    this.#state = this.#executor.createState(initialState())
    this.#done = 0
    const losses: number[] = []
    for (let step = 0; step < count; step++) losses.push(await this.#run())
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

  async #run(): Promise<number> {
    this.#done += 1
    const { loss } = await this.#program.run(stepInputs(this.#step, this.#images, this.#done), this.#state)
    return loss?.data[0] ?? Number.NaN
  }
}
