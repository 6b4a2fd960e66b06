/** The predictor of a run on its way from the floats it is fitted with to what its file holds. */
import type { Executor } from '#engine/executors/executor.ts'
import type { FullStepOptions } from '#engine/methods/nern/programs/full-step.ts'
import { roundPredictor } from '#engine/methods/nern/quantisation/round-predictor.ts'
import { initialScales, scaleName } from '#engine/quantisation/fake-quantisation.ts'
import { readBack, storedParameters } from '#engine/quantisation/stored-parameters.ts'
import type { PhaseName, Segment } from '#shared/methods/nern/phases.ts'
import type { CompressConfig } from '#shared/methods/nern/config.ts'
import type { HostTensors } from '#shared/tensors/host-tensor.ts'
import { Random } from '#shared/basics/random.ts'
import type { StoredTensors } from '#shared/tensors/stored-tensor.ts'
import { isPrunedIn, prunedMatrices, prunedPredictor } from './pruning.ts'
import type { CompressSetup } from './setup.ts'

export class StoredPredictor {
  readonly #config: CompressConfig
  readonly #setup: CompressSetup
  readonly #executor: Executor

  constructor(config: CompressConfig, setup: CompressSetup, executor: Executor) {
    this.#config = config
    this.#setup = setup
    this.#executor = executor
  }

  /** The predictor a segment begins with: the same object where the segment changes nothing about it. */
  async startOf({ phase, layer }: Segment, trained: HostTensors): Promise<HostTensors> {
    const isDue = isPrunedIn(phase, this.#config) && !this.#isRounded(trained)
    const pruned = isDue ? prunedPredictor(trained, this.#config, this.#parts) : trained
    return phase === 'quantisation' ? this.#onGrid(this.#inStoredForm(pruned), layer) : pruned
  }

  /** What the file gets of a predictor that no step will change any more. */
  async finished(trained: HostTensors): Promise<StoredTensors> {
    return this.tensors(await this.#onGrid(this.#inStoredForm(prunedPredictor(trained, this.#config, this.#parts))))
  }

  /** @param trained layers without scales, which are not rounded yet, are floats */
  tensors(trained: HostTensors): StoredTensors {
    const { stored, quantisation } = this.#setup
    const names = Object.keys(stored.representation.parameterSpecs)
    const plan = Object.fromEntries(Object.entries(quantisation.plan).filter(([name]) => scaleName(name) in trained))
    return storedParameters(trained, names, plan, this.#config.storage.predictor === 'float32' ? 'float32' : 'float16')
  }

  /** The predictor as measurements of a phase see it: as a reader of its file would, once the phase rounds it. */
  asMeasured(phase: PhaseName, trained: HostTensors): HostTensors {
    return phase === 'quantisation' ? readBack(this.tensors(trained)) : trained
  }

  /** How the steps of a segment round, and which layers they leave alone. */
  roundingOf({ phase, layer }: Segment): Pick<FullStepOptions, 'quantisation' | 'frozen' | 'pruned'> {
    const { quantisation } = this.#setup
    const pruned = isPrunedIn(phase, this.#config) ? prunedMatrices(this.#config) : []
    if (phase !== 'quantisation') return { pruned }
    if (layer === undefined) return { quantisation, pruned }
    return { frozen: Object.keys(quantisation.plan).slice(0, layer + 1), pruned }
  }

  /** Whether a layer has been rounded: then it has the form it is stored in, and what was to be pruned is. */
  #isRounded(predictor: HostTensors): boolean {
    return Object.keys(this.#setup.quantisation.plan).some((name) => scaleName(name) in predictor)
  }

  get #parts(): number | undefined {
    return this.#setup.representation.predictor.parts?.length
  }

  #inStoredForm(predictor: HostTensors): HostTensors {
    return this.#isRounded(predictor) ? predictor : this.#setup.stored.of(predictor)
  }

  /**
   * A predictor on the grid it is stored on, and the scales of that grid; layers that have scales stay as they are.
   * @param layer the last linear layer to be rounded; all when left out
   */
  async #onGrid(predictor: HostTensors, layer = Infinity): Promise<HostTensors> {
    const { seed, storage } = this.#config
    const { stored, quantisation } = this.#setup
    const due = Object.entries(quantisation.plan).filter(
      ([name], block) => block <= layer && !(scaleName(name) in predictor),
    )
    if (due.length === 0) return predictor
    const plan = Object.fromEntries(due)
    const scales = initialScales(plan, predictor, storage.codedBits)
    const rounded =
      storage.rounding === 'nearest'
        ? {
            ...predictor,
            ...readBack(storedParameters({ ...predictor, ...scales }, Object.keys(plan), plan, 'float32')),
          }
        : await roundPredictor({
            executor: this.#executor,
            representation: stored.representation,
            predictor,
            plan,
            scales,
            random: Random.fromSeed(seed, 'rounding'),
            pruned: prunedMatrices(this.#config),
          })
    return { ...rounded, ...scales }
  }
}
