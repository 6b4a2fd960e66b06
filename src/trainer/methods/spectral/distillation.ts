/** The training of codes: a copy of the network that computes with them learns to answer as the original does. */
import type { CompiledProgram, DeviceState, Executor } from '#engine/executors/executor.ts'
import type { CodedNetwork } from '#engine/methods/spectral/coded-layers.ts'
import { codeDistillationProgram, latentSpecs } from '#engine/methods/spectral/distillation-step.ts'
import { nameOf } from '#engine/methods/spectral/latent-names.ts'
import { codePrices, initialLatents, learnedCodes } from '#engine/methods/spectral/latents.ts'
import { RateControl } from '#engine/methods/spectral/rate-control.ts'
import { adamByShares } from '#engine/training/optimizers/adam.ts'
import { initialOptimizerState, optimizerInputsAt, type Optimizer } from '#engine/training/optimizers/optimizer.ts'
import { learningRateAt } from '#engine/training/schedule.ts'
import { codedBytes } from '#formats/spectral-package/layer-stream.ts'
import { distillationStage } from '#shared/experiment/stages.ts'
import type { SpectralConfig } from '#shared/methods/spectral/config.ts'
import { float32Tensor, scalarTensor, type HostTensors } from '#shared/tensors/host-tensor.ts'
import type { Checkpoint } from '../../checkpoint.ts'
import { BatchSource } from '../../data/batch-source.ts'
import { loadSplit } from '../../data/open-dataset.ts'
import type { RunState } from '../../steps/run-state.ts'
import { runSteps, type StepOutcome } from '../../steps/run-steps.ts'
import type { CompressionJob } from '../method.ts'
import { packagedLayers, type ChosenCodes } from './content.ts'
import type { SpectralProgress } from './progress.ts'

/** Steps between two looks at the bits: frequencies change slowly, and reading them takes a while. */
const stepsBetweenLooks = 10
/** Steps between two codings of all codes, which say what frequencies alone do not. */
const stepsBetweenCodings = 100
/** The rate falls to this share along a cosine. */
const lastShare = 0.02

const adamOptions = { beta1: 0.9, beta2: 0.99, epsilon: 1e-10, weightDecay: 0 }

export interface CodeDistillationInputs {
  readonly job: CompressionJob<'spectral'>
  readonly run: RunState
  /** To go on from. */
  readonly resumed: Checkpoint<SpectralProgress> | undefined
  readonly executor: Executor
  readonly coded: CodedNetwork
  /** Quantisation step with which the codes begin: without a training they take about the bytes that are wanted. */
  readonly step: number
  /** Bytes that the coded stream is to take; undefined where the codes keep their step and no bit has a price. */
  readonly wantedBytes: number | undefined
  /** Shows what has been learned by now. */
  readonly preview: (chosen: ChosenCodes) => void
}

/** What was learned; `paused` after a checkpoint was sent. Throws `diverged`. */
export async function distilCodes(options: CodeDistillationInputs): Promise<ChosenCodes | 'paused'> {
  const distillation = new CodeDistillation(options)
  try {
    return await distillation.run()
  } finally {
    distillation.dispose()
  }
}

class CodeDistillation {
  readonly #options: CodeDistillationInputs
  readonly #config: SpectralConfig['distillation']
  readonly #optimizer: Optimizer
  readonly #state: DeviceState
  readonly #names: readonly string[]
  /** Of the package. */
  readonly #step: number
  readonly #control: RateControl
  readonly #weights: number
  #overhead: number
  #bits: number
  #program: CompiledProgram | undefined

  constructor(options: CodeDistillationInputs) {
    const { job, coded, executor, resumed } = options
    const { distillation } = job.config
    this.#options = options
    this.#config = distillation
    this.#optimizer = adamByShares(adamOptions, (parameter) => rateOf(parameter, distillation))
    const trainedLayers = coded.layers.filter(({ isFine }) => !isFine)
    this.#weights = trainedLayers.reduce((sum, { coefficients }) => sum + coefficients.length, 0)
    this.#step = options.step
    const latents = initialLatents(coded, this.#step)
    this.#names = Object.keys(latentSpecs(coded))
    const prices = codePrices(coded, latents)
    this.#bits = resumed?.progress.control.bits ?? prices.bits / this.#weights
    this.#control = new RateControl(this.#bits, resumed?.progress.control)
    this.#overhead = resumed?.progress.overhead ?? this.#overheadOf(latents, prices.bits)
    this.#state = executor.createState(
      resumed?.tensors ?? { ...latents, ...prices.slopes, ...initialOptimizerState(this.#optimizer, latents) },
    )
  }

  async run(): Promise<ChosenCodes | 'paused'> {
    const { job, run, resumed, coded, preview } = this.#options
    const { network } = coded.folded
    const source = new BatchSource(
      {
        data: await loadSplit(job.dataset, 'train', network),
        shape: network.inputShape,
        batch: this.#config.dataBatch,
        augmentation: this.#config,
        seed: job.config.seed,
      },
      run.drawn(resumed?.progress.source),
    )
    const { steps } = this.#config
    const frozenSteps = Math.floor(steps * this.#config.frozenShare)
    for (const stretch of [
      { first: 0, steps: steps - frozenSteps, isFrozen: false },
      { first: steps - frozenSteps, steps: frozenSteps, isFrozen: true },
    ]) {
      const end = await runSteps(run, {
        phase: distillationStage,
        first: stretch.first,
        steps: stretch.steps,
        before: stretch.first,
        phaseSteps: steps,
        stageOf: () => distillationStage,
        prepare: () => this.#prepare(source, stretch),
        isCheckpointDue: (step) => step % job.config.checkpointEverySteps === 0,
        checkpoint: async () => ({
          tensors: await this.#state.read(),
          progress: { kind: 'spectral', source: source.state, control: this.#control.state, overhead: this.#overhead },
        }),
        preview: async () => preview(this.#chosen(await this.#state.read(this.#names))),
      })
      if (end === 'paused') return 'paused'
    }
    return this.#chosen(await this.#state.read(this.#names))
  }

  dispose(): void {
    this.#program?.dispose()
    this.#state.dispose()
  }

  async #prepare(
    source: BatchSource,
    { first, isFrozen }: { readonly first: number; readonly isFrozen: boolean },
  ): Promise<(at: number) => Promise<StepOutcome>> {
    const { coded, executor, job } = this.#options
    this.#program?.dispose()
    const program = await executor.compile(
      codeDistillationProgram({ coded, config: job.config, optimizer: this.#optimizer, isFrozen }),
    )
    this.#program = program
    const { channels, height, width } = coded.folded.network.inputShape
    const shape = [this.#config.dataBatch, channels, height, width]
    return async (at) => {
      const step = first + at
      if (!isFrozen && step % stepsBetweenLooks === 0) await this.#look(step)
      const share = learningRateAt({ ...schedule, ...pick(this.#config) }, step)
      const { images } = await source.next()
      const price = isFrozen || this.#options.wantedBytes === undefined ? 0 : this.#control.price
      const outputs = await program.run(
        {
          images: float32Tensor(shape, images),
          bitPrice: scalarTensor(price / this.#weights),
          ...optimizerInputsAt(this.#optimizer, step + 1, share),
        },
        this.#state,
      )
      const loss = outputs['loss']?.data[0]
      return {
        loss,
        values: {
          'loss.total': loss ?? Number.NaN,
          'loss.feature-maps': outputs['featureMapLoss']?.data[0] ?? 0,
          'loss.distillation': outputs['distillationLoss']?.data[0] ?? 0,
          'bits-per-weight': this.#bits,
          'rate-weight': price,
          'learning-rate': share * this.#config.codeRate,
        },
      }
    }
  }

  /** Renews the prices of the codes by their frequencies, and what a bit costs by how many there are. */
  async #look(step: number): Promise<void> {
    const { coded, wantedBytes } = this.#options
    const latents = await this.#state.read(this.#names)
    const { slopes, bits } = codePrices(coded, latents)
    this.#state.write(slopes)
    this.#bits = bits / this.#weights
    if (wantedBytes === undefined) return
    if (step % stepsBetweenCodings === 0) this.#overhead = this.#overheadOf(latents, bits)
    const target = ((wantedBytes - this.#overhead) * 8) / this.#weights
    if (step > 0) this.#control.look(this.#bits, target)
  }

  /** Bytes of the coded stream beyond those that the frequencies of the codes say. */
  #overheadOf(latents: HostTensors, bits: number): number {
    const { coded, job } = this.#options
    return codedBytes(packagedLayers(coded, this.#chosen(latents)), job.config.transform) - bits / 8
  }

  #chosen(latents: HostTensors): ChosenCodes {
    return { step: this.#step, ...learnedCodes(this.#options.coded, latents, this.#step) }
  }
}

const schedule = { type: 'cosine', learningRate: 1, minLearningRate: lastShare } as const

function pick({ steps, rateWarmupSteps }: SpectralConfig['distillation']): {
  readonly steps: number
  readonly warmupSteps: number
} {
  return { steps, warmupSteps: rateWarmupSteps }
}

/** Codes, scales, and biases with linear layers learn at rates of their own. */
function rateOf(parameter: string, { codeRate, scaleRate, biasRate }: SpectralConfig['distillation']): number {
  if (parameter.startsWith(nameOf.codes(''))) return codeRate
  return parameter.startsWith(nameOf.steps('')) || parameter.startsWith(nameOf.gains('')) ? scaleRate : biasRate
}
