/** Predicts all weights of the reconstructed network and measures it; the training state stays as it is. */
import type { CompiledProgram, DeviceState, Executor } from '#engine/executors/executor.ts'
import { evaluateProgram } from '#engine/network/evaluation.ts'
import { predictAllProgram } from '#engine/methods/nern/programs/predict-all.ts'
import type { Representation } from '#engine/methods/nern/representation.ts'
import { float32Tensor, sizeOf, type HostTensors } from '#shared/tensors/host-tensor.ts'
import type { ImageSplit } from '../../data/image-split.ts'
import { evaluateSplit, evaluationBatchOf, type Evaluation } from '../../measure/evaluation.ts'
import type { LoadedNetwork } from '../../weights/stored-network.ts'

export class ReconstructedEvaluation {
  readonly #executor: Executor
  readonly #original: LoadedNetwork
  #representation: Representation
  #predict: CompiledProgram
  readonly #evaluate: CompiledProgram
  /** The predictor being measured and the weights it gives. */
  readonly #state: DeviceState
  readonly #names: readonly string[]

  private constructor(
    executor: Executor,
    original: LoadedNetwork,
    representation: Representation,
    predict: CompiledProgram,
    evaluate: CompiledProgram,
    state: DeviceState,
    names: readonly string[],
  ) {
    this.#executor = executor
    this.#original = original
    this.#representation = representation
    this.#predict = predict
    this.#evaluate = evaluate
    this.#state = state
    this.#names = names
  }

  static async create(
    executor: Executor,
    original: LoadedNetwork,
    representation: Representation,
  ): Promise<ReconstructedEvaluation> {
    const { network, parameters } = original
    const predict = await executor.compile(predictAllProgram(representation, 'state'))
    const evaluate = await executor.compile(
      evaluateProgram(network, {
        batch: evaluationBatchOf(network),
        parameters,
        inState: 'represented',
      }),
    )
    const names = representation.table.layers.map(({ name }) => name)
    const blank = representation.table.layers.map(
      ({ name, shape }) => [name, float32Tensor(shape, new Float32Array(sizeOf(shape)))] as const,
    )
    return new ReconstructedEvaluation(
      executor,
      original,
      representation,
      predict,
      evaluate,
      executor.createState(Object.fromEntries(blank)),
      names,
    )
  }

  /** Predicts with a predictor of this representation from now on; its layers are the same. */
  async predictWith(representation: Representation): Promise<void> {
    if (representation === this.#representation) return
    const predict = await this.#executor.compile(predictAllProgram(representation, 'state'))
    this.#predict.dispose()
    this.#predict = predict
    this.#representation = representation
  }

  /** The represented weights that the predictor gives. */
  async weights(predictor: HostTensors): Promise<HostTensors> {
    this.#state.write(predictor)
    await this.#predict.run({}, this.#state)
    return this.#state.read(this.#names)
  }

  /** Measures with these represented weights from now on. */
  use(weights: HostTensors): void {
    this.#state.write(weights)
  }

  /** Of the network with the weights last predicted or given. */
  evaluate(data: ImageSplit, onBatch: (done: number, total: number) => Promise<void>): Promise<Evaluation> {
    return evaluateSplit(this.#evaluate, this.#state, this.#original.network, data, onBatch)
  }
}
