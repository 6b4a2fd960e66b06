/** Accuracy of an original network with single layers replaced by their reconstruction, and of the reverse. */
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Executor } from '#engine/executors/executor.ts'
import { evaluateProgram } from '#engine/network/evaluation.ts'
import { layerUnits, type LayerUnit } from '#networks/layer-units.ts'
import { AppException } from '#shared/basics/result.ts'
import type { Exchange, LayerEffect } from '#shared/measures/layer-effects.ts'
import { decodePredictions } from '#shared/measures/predictions.ts'
import type { TrainerJob } from '#shared/protocol/trainer-protocol.ts'
import { sizeOf, type HostTensors } from '#shared/tensors/host-tensor.ts'
import type { ImageSplit } from '../data/image-split.ts'
import { loadSplit } from '../data/open-dataset.ts'
import { evaluateSplit, evaluationBatchOf } from '../measure/evaluation.ts'
import { networkOfPackage } from '../methods/packaged-network.ts'
import { openExecutor } from '../process/open-executor.ts'
import { tellPhase, type JobContext, type JobEnd } from '../process/job-context.ts'
import { loadNetwork, type LoadedNetwork } from '../weights/stored-network.ts'

type LayerEffectsJob = Extract<TrainerJob, { kind: 'layer-effects' }>

/** Throws `AppException` as the reader of the package, `loadNetwork` and `loadSplit` do. */
export async function layerEffects(job: LayerEffectsJob, context: JobContext): Promise<JobEnd> {
  const original = await loadNetwork(job.network)
  const data = await loadSplit(job.dataset, job.split, original.network, job.limit)
  const { executor, device } = await openExecutor(context.executor)
  try {
    context.send({ type: 'started', device, totalSteps: 0, step: 0 })
    tellPhase(context, 'reading the package')
    const name = basename(job.packagePath)
    const { tensors } = await networkOfPackage(executor, await readFile(job.packagePath), name)
    const reconstructed = parametersOf(original, tensors, job.packagePath)
    const exchanges = await Exchanges.start({ context, executor, original, reconstructed, data })
    context.send({ type: 'result', result: { kind: 'layer-effects', ...(await exchanges.measure()) } })
  } finally {
    executor.dispose()
  }
  return 'finished'
}

/** What the package gives for every parameter of the original. */
function parametersOf({ network }: LoadedNetwork, tensors: HostTensors, path: string): HostTensors {
  const entries = network.parameters.map(({ name, shape }) => {
    const tensor = tensors[name]
    if (tensor === undefined || tensor.shape.join() !== shape.join()) {
      throw new AppException({
        code: 'file-corrupt',
        message: `The package has no tensor ${name} of shape [${shape.join(', ')}], as the original network has.`,
        where: path,
        remedy: 'Run the experiment again.',
      })
    }
    return [name, tensor] as const
  })
  return Object.fromEntries(entries)
}

interface ExchangeOptions {
  readonly context: JobContext
  readonly executor: Executor
  readonly original: LoadedNetwork
  readonly reconstructed: HostTensors
  readonly data: ImageSplit
}

/** Whether each image was classified correctly. */
type Right = readonly boolean[]

/** One program for all networks: only the parameters of a layer are written between two of them. */
class Exchanges {
  readonly #options: ExchangeOptions
  readonly #units: readonly LayerUnit[]
  readonly #evaluate: (phase: string) => Promise<Right>
  readonly #write: (tensors: HostTensors, names: readonly string[]) => void

  private constructor(
    options: ExchangeOptions,
    units: readonly LayerUnit[],
    evaluate: (phase: string) => Promise<Right>,
    write: (tensors: HostTensors, names: readonly string[]) => void,
  ) {
    this.#options = options
    this.#units = units
    this.#evaluate = evaluate
    this.#write = write
  }

  static async start(options: ExchangeOptions): Promise<Exchanges> {
    const { context, executor, original, reconstructed, data } = options
    const { network, parameters } = original
    const units = unitsOf(original).filter((unit) => isChanged(unit, parameters, reconstructed))
    const program = await executor.compile(
      evaluateProgram(network, { batch: evaluationBatchOf(network), parameters, inState: 'all' }),
    )
    const state = executor.createState(parameters)
    // The two whole networks, and two for each layer.
    const planned = 2 + 2 * units.length
    let done = 0
    const evaluate = async (phase: string): Promise<Right> => {
      const { predictions } = await evaluateSplit(program, state, network, data, async (images, total) => {
        tellPhase(context, phase, done + images / total, planned)
        await context.breathe()
      })
      done += 1
      return Array.from(decodePredictions(predictions, network.classes), (answer, at) => answer === data.labels[at])
    }
    const write = (tensors: HostTensors, names: readonly string[]): void =>
      state.write(Object.fromEntries(Object.entries(tensors).filter(([name]) => names.includes(name))))
    return new Exchanges(options, units, evaluate, write)
  }

  async measure() {
    const { original, reconstructed, data } = this.#options
    const all = original.network.parameters.map(({ name }) => name)
    const originalRight = await this.#evaluate('the original')
    const only = await this.#exchangeEach(original.parameters, reconstructed, originalRight, 'only')
    this.#write(reconstructed, all)
    const reconstructedRight = await this.#evaluate('the reconstruction')
    const putBack = await this.#exchangeEach(reconstructed, original.parameters, reconstructedRight, 'all but')
    const layers = unitsOf(original).map((unit): LayerEffect => {
      const weight = original.parameters[unit.name]
      return {
        name: unit.name,
        weights: weight === undefined ? 0 : sizeOf(weight.shape),
        isChanged: isChanged(unit, original.parameters, reconstructed),
        only: only.get(unit.name) ?? unchanged,
        putBack: putBack.get(unit.name) ?? unchanged,
      }
    })
    return {
      images: data.labels.length,
      original: countOf(originalRight),
      reconstructed: countOf(reconstructedRight),
      // What belongs to no layer is a row only where it differs.
      layers: layers.filter((layer) => layer.name !== '' || layer.isChanged),
    }
  }

  /** From a network that is written as `base` and gets the layers of `other`, one at a time. */
  async #exchangeEach(base: HostTensors, other: HostTensors, before: Right, words: string) {
    const exchanges = new Map<string, Exchange>()
    for (const unit of this.#units) {
      this.#write(other, unit.parameters)
      const after = await this.#evaluate(unit.name === '' ? `${words} the rest` : `${words} ${unit.name}`)
      this.#write(base, unit.parameters)
      exchanges.set(unit.name, {
        lost: before.filter((right, at) => right && after[at] === false).length,
        won: before.filter((right, at) => !right && after[at] === true).length,
      })
    }
    return exchanges
  }
}

const unchanged: Exchange = { lost: 0, won: 0 }

/** The layers, and at the end, without a name, all parameters that belong to none. */
function unitsOf({ network }: LoadedNetwork): readonly LayerUnit[] {
  const units = layerUnits(network)
  const taken = new Set(units.flatMap(({ parameters }) => parameters))
  const rest = network.parameters.map(({ name }) => name).filter((name) => !taken.has(name))
  return [...units, ...(rest.length === 0 ? [] : [{ name: '', parameters: rest }])]
}

function isChanged({ parameters: names }: LayerUnit, original: HostTensors, reconstructed: HostTensors): boolean {
  return names.some((name) => {
    const before = original[name]?.data
    return reconstructed[name]?.data.some((value, at) => value !== before?.[at]) ?? true
  })
}

function countOf(right: Right): number {
  return right.filter(Boolean).length
}
