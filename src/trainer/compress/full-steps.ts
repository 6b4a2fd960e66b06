/** The compiled steps of a phase with images: one program, or two that take turns where kernels are cached. */
import type { CompiledProgram, DeviceState, Executor } from '#engine/executors/executor.ts'
import { cachePrefix, emptyCache, rowSourcesOf } from '#engine/nern/programs/kernel-cache.ts'
import { fullStepProgram, type FullStepOptions } from '#engine/nern/programs/full-step.ts'
import type { Representation } from '#engine/nern/representation.ts'
import type { CompressConfig } from '#shared/experiment-config.ts'
import { int32Tensor, type HostTensors } from '#shared/host-tensor.ts'
import { underPrefix, withPrefix } from '#shared/name-prefix.ts'

type DistillationConfig = CompressConfig['distillation']

/** Predicts the sampled kernels and takes the others from the cache, but all of them every so many steps. */
interface PartialStep {
  readonly program: CompiledProgram
  readonly everySteps: number
}

export class FullSteps {
  readonly #representation: Representation
  /** Predicts all kernels. */
  readonly #whole: CompiledProgram
  readonly #partial: PartialStep | undefined

  private constructor(representation: Representation, whole: CompiledProgram, partial?: PartialStep) {
    this.#representation = representation
    this.#whole = whole
    this.#partial = partial
  }

  static async compile(
    executor: Executor,
    config: DistillationConfig,
    options: Omit<FullStepOptions, 'cache'>,
  ): Promise<FullSteps> {
    const { representation } = options
    if (!isCached(config)) return new FullSteps(representation, await executor.compile(fullStepProgram(options)))
    const whole = await executor.compile(fullStepProgram({ ...options, cache: 'filled' }))
    const program = await executor.compile(fullStepProgram({ ...options, cache: 'read' }))
    return new FullSteps(representation, whole, { program, everySteps: config.refreshEverySteps })
  }

  /**
   * @param phaseStep 0 for the first of the phase, which always predicts all kernels
   * @param kernels sampled ones, left out when all have a gradient
   */
  run(
    phaseStep: number,
    inputs: HostTensors,
    kernels: Int32Array | undefined,
    state: DeviceState,
  ): Promise<HostTensors> {
    if (kernels === undefined) return this.#whole.run(inputs, state)
    const sampled = { ...inputs, kernels: int32Tensor([kernels.length], kernels) }
    if (this.#partial === undefined || phaseStep % this.#partial.everySteps === 0)
      return this.#whole.run(sampled, state)
    return this.#partial.program.run({ ...sampled, ...rowSourcesOf(this.#representation, kernels) }, state)
  }
}

/** What the state of a phase with images holds for the cache: as a checkpoint left it, or empty. */
export function cacheState(
  config: DistillationConfig,
  representation: Representation,
  checkpoint: HostTensors,
): HostTensors {
  if (!isCached(config)) return {}
  return { ...emptyCache(representation), ...withPrefix(underPrefix(checkpoint, cachePrefix), cachePrefix) }
}

function isCached({ sampling, refreshEverySteps }: DistillationConfig): boolean {
  return sampling.method !== 'all' && refreshEverySteps > 1
}
