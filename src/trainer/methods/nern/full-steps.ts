/** The compiled steps of a phase with images: one program, or two that take turns where kernels are cached. */
import type { CompiledProgram, DeviceState, Executor } from '#engine/executors/executor.ts'
import { cachePrefix, emptyCache, rowSourcesOf } from '#engine/methods/nern/programs/kernel-cache.ts'
import { fullStepProgram, type FullStepOptions } from '#engine/methods/nern/programs/full-step.ts'
import type { Representation } from '#engine/methods/nern/representation.ts'
import type { CompressConfig } from '#shared/methods/nern/config.ts'
import { int32Tensor, type HostTensors } from '#shared/tensors/host-tensor.ts'
import { underPrefix, withPrefix } from '#shared/basics/name-prefix.ts'

type DistillationConfig = CompressConfig['distillation']

/** Predicts the sampled kernels and takes the others from the cache, but all of them every so many steps. */
interface PartialStep {
  readonly program: CompiledProgram
  readonly everySteps: number
}

interface Programs {
  readonly terms: Terms
  /** Predicts all kernels. */
  readonly whole: CompiledProgram
  readonly partial?: PartialStep
}

/** Which of the terms that need images a step has. One of weight 0, as in a warm-up, is left out and costs nothing. */
export interface Terms {
  readonly featureMaps: boolean
  readonly distillation: boolean
}

export type FullStepsOptions = Omit<FullStepOptions, 'cache' | 'distillation'> & {
  readonly distillation: NonNullable<FullStepOptions['distillation']>
}

export class FullSteps {
  readonly #executor: Executor
  readonly #config: DistillationConfig
  readonly #options: FullStepsOptions
  /** Of the terms of the last step; a schedule changes them once or twice, so that older ones are not kept. */
  #programs: Programs | undefined

  constructor(executor: Executor, config: DistillationConfig, options: FullStepsOptions) {
    this.#executor = executor
    this.#config = config
    this.#options = options
  }

  /**
   * @param phaseStep 0 for the first of the phase, which always predicts all kernels
   * @param inputs with `images` where there are terms that need them
   * @param kernels sampled ones, left out when all have a gradient
   */
  async run(
    phaseStep: number,
    terms: Terms,
    inputs: HostTensors,
    kernels: Int32Array | undefined,
    state: DeviceState,
  ): Promise<HostTensors> {
    const { whole, partial } = await this.#programsOf(terms)
    if (kernels === undefined) return whole.run(inputs, state)
    const sampled = { ...inputs, kernels: int32Tensor([kernels.length], kernels) }
    if (partial === undefined || phaseStep % partial.everySteps === 0) return whole.run(sampled, state)
    return partial.program.run({ ...sampled, ...rowSourcesOf(this.#options.representation, kernels) }, state)
  }

  dispose(): void {
    this.#programs?.whole.dispose()
    this.#programs?.partial?.program.dispose()
    this.#programs = undefined
  }

  async #programsOf(terms: Terms): Promise<Programs> {
    const { featureMaps, distillation } = terms
    const known = this.#programs
    if (known?.terms.featureMaps === featureMaps && known.terms.distillation === distillation) return known
    this.dispose()
    this.#programs = { terms, ...(await this.#compile(terms)) }
    return this.#programs
  }

  async #compile(terms: Terms): Promise<Omit<Programs, 'terms'>> {
    const options = withTerms(this.#options, terms)
    if (!isCached(this.#config)) return { whole: await this.#executor.compile(fullStepProgram(options)) }
    const whole = await this.#executor.compile(fullStepProgram({ ...options, cache: 'filled' }))
    const program = await this.#executor.compile(fullStepProgram({ ...options, cache: 'read' }))
    return { whole, partial: { program, everySteps: this.#config.refreshEverySteps } }
  }
}

function withTerms(options: FullStepsOptions, terms: Terms): FullStepOptions {
  const { distillation, ...rest } = options
  if (!terms.featureMaps && !terms.distillation) return rest
  return {
    ...rest,
    distillation: {
      ...distillation,
      ...(terms.featureMaps ? {} : { featureMaps: 'none' }),
      ...(terms.distillation ? {} : { form: 'none' }),
    },
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

function isCached(config: DistillationConfig): boolean {
  return refreshedEvery(config) > 1
}

/** One step in so many predicts all kernels; 1 where each does. */
export function refreshedEvery({ sampling, refreshEverySteps }: DistillationConfig): number {
  return sampling.method === 'all' ? 1 : Math.max(1, refreshEverySteps)
}
