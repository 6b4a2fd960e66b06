import type { Executor } from '#engine/executors/executor.ts'
import { hiddenMatrices } from '#engine/methods/nern/predictor.ts'
import { predictAllProgram } from '#engine/methods/nern/programs/predict-all.ts'
import { sampledStepProgram } from '#engine/methods/nern/programs/sampled-step.ts'
import { freshPredictor, kernelDraw, kernelTargets, type Representation } from '#engine/methods/nern/representation.ts'
import { asVector } from '#engine/network/tensor-rank.ts'
import { named } from '#engine/program/named.ts'
import type { Program } from '#engine/program/program.ts'
import { createOptimizer } from '#engine/training/optimizers/create-optimizer.ts'
import { initialOptimizerState, optimizerInputsAt } from '#engine/training/optimizers/optimizer.ts'
import { Random } from '#shared/basics/random.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import { int32Tensor, type HostTensors } from '#shared/tensors/host-tensor.ts'
import { processorMilliseconds } from '../steps/processor-time.ts'

export const layersOfPredictor = 5
/** Numbers of kernels whose costs a straight line goes through. */
const smallerCounts = [2048, 6144] as const

/** What a predictor costs, in processor milliseconds. */
export class Costs {
  readonly #executor: Executor
  readonly #rounds: number
  readonly #representation: Representation
  readonly #weights: HostTensors
  readonly #predictor: HostTensors

  constructor(executor: Executor, rounds: number, representation: Representation, weights: HostTensors) {
    this.#executor = executor
    this.#rounds = rounds
    this.#representation = representation
    this.#weights = weights
    this.#predictor = freshPredictor(representation, Random.fromSeed(2))
  }

  prediction(): Promise<number> {
    return this.#cost(predictAllProgram(this.#representation, 'caller'), {}, this.#predictor)
  }

  /** Of a chosen number of kernels, without a gradient. */
  predictionOf(count: number): Promise<number> {
    const { tables, prediction, parameterSpecs } = this.#representation
    const program: Program = {
      name: 'predict-some',
      inputs: {},
      state: parameterSpecs,
      constants: {
        ...tables.constants,
        kernels: int32Tensor(
          [count],
          Int32Array.from({ length: count }, (_, at) => at),
        ),
      },
      build: (tensors) => ({ rows: prediction.rowsInParts(tensors, asVector(named(tensors, 'kernels'))) }),
    }
    return this.#cost(program, {}, this.#predictor)
  }

  /** Of reconstruction with Muon. */
  async step(count: number): Promise<number> {
    const representation = this.#representation
    const { predictor } = representation
    const targets = kernelTargets(representation, this.#weights)
    const draw = kernelDraw(representation, targets, { method: 'uniform', kernels: count })
    const { optimizer: config } = fastConfig.reconstruction
    const optimizer = createOptimizer(config, hiddenMatrices(layersOfPredictor), predictor.parts?.length)
    const program = sampledStepProgram({ representation, targets, form: 'rmse', optimizer, sampledKernels: draw.count })
    const inputs = {
      kernels: int32Tensor([draw.count], draw.draw(Random.fromSeed(3))),
      ...optimizerInputsAt(optimizer, 1, 0.02),
    }
    return this.#cost(program, inputs, { ...this.#predictor, ...initialOptimizerState(optimizer, this.#predictor) })
  }

  /** Cost of `count` kernels in a straight line through those of two smaller numbers. */
  async continued(count: number, costOf: (count: number) => Promise<number>): Promise<number> {
    const [fewer, more] = smallerCounts
    const [low, high] = [await costOf(fewer), await costOf(more)]
    return low + ((high - low) * (count - fewer)) / (more - fewer)
  }

  #cost(program: Program, inputs: HostTensors, start: HostTensors): Promise<number> {
    return processorMilliseconds(this.#executor, program, { inputs, start, rounds: this.#rounds })
  }
}
