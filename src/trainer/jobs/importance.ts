/**
 * Weight importance (method 7.1): accuracy of the original network while a growing part of its represented weights is
 * set to zero, in the order of each score, without fine-tuning. One evaluation program; only weights are written.
 */
import type { CompiledProgram, DeviceState } from '#engine/executors/executor.ts'
import { evaluateProgram } from '#engine/network/evaluation.ts'
import { Pruning } from '#engine/methods/nern/importance/pruning.ts'
import { pruningOrder } from '#engine/methods/nern/importance/ranking.ts'
import { relativeErrorsByLayer } from '#engine/methods/nern/importance/scores.ts'
import { importanceUnits, type Units } from '#engine/methods/nern/importance/units.ts'
import { withRepresentedLayers } from '#networks/linear-layers.ts'
import {
  importanceScoreTitles,
  type ImportanceCurve,
  type ImportancePoint,
  type ImportanceScore,
} from '#shared/measures/importance.ts'
import { AppException } from '#shared/basics/result.ts'
import type { TrainerJob } from '#shared/protocol/trainer-protocol.ts'
import { reconstructionErrors } from '../measure/reconstruction-errors.ts'
import type { ImageSplit } from '../data/image-split.ts'
import { loadSplit } from '../data/open-dataset.ts'
import { evaluateSplit, evaluationBatchOf } from '../measure/evaluation.ts'
import { tellPhase, type JobContext, type JobEnd } from '../process/job-context.ts'
import { loadNetwork, type LoadedNetwork } from '../weights/stored-network.ts'
import { openExecutor } from '../process/open-executor.ts'

type ImportanceJob = Extract<TrainerJob, { kind: 'importance' }>

export async function importance(job: ImportanceJob, context: JobContext): Promise<JobEnd> {
  const { network: stored, parameters } = await loadNetwork(job.network)
  const network = withRepresentedLayers(stored, job.representation)
  const original = { network, parameters }
  const reconstructed = await loadNetwork({ ...job.network, path: job.reconstructedPath })
  assertReconstructionOf(original, reconstructed, job)
  const units = importanceUnits(original.network.representedLayers, job.level)
  const data = await loadSplit(job.dataset, job.split, original.network, job.limit)
  const { executor, device } = await openExecutor(context.executor)
  try {
    context.send({ type: 'started', device, totalSteps: 0, step: 0 })
    const program = await executor.compile(
      evaluateProgram(network, {
        batch: evaluationBatchOf(network),
        parameters,
        inState: 'represented',
      }),
    )
    const layers = relativeErrorsByLayer(units, parameters, reconstructed.parameters)
    const state = executor.createState({})
    const measurement = new CurveMeasurement({ job, context, original, reconstructed, units, data, program, state })
    const curves: ImportanceCurve[] = []
    for (const score of job.scores) curves.push(await measurement.curve(score))
    context.send({ type: 'result', result: { kind: 'importance', images: data.labels.length, layers, curves } })
  } finally {
    executor.dispose()
  }
  return 'finished'
}

interface CurveOptions {
  readonly job: ImportanceJob
  readonly context: JobContext
  readonly original: LoadedNetwork
  readonly reconstructed: LoadedNetwork
  readonly units: Units
  readonly data: ImageSplit
  readonly program: CompiledProgram
  readonly state: DeviceState
}

class CurveMeasurement {
  readonly #options: CurveOptions
  /** Correct images where every order gives the same network: nothing zeroed, or everything. */
  readonly #ends = new Map<number, number>()
  readonly #plannedPoints: number
  #donePoints = 0

  constructor(options: CurveOptions) {
    this.#options = options
    const { scores, fractions, seeds } = options.job
    this.#plannedPoints = fractions.length * (scores.length + (scores.includes('random') ? seeds.length - 1 : 0))
  }

  async curve(score: ImportanceScore): Promise<ImportanceCurve> {
    const { job } = this.#options
    const points: ImportancePoint[] = job.fractions.map((fraction) => ({ fraction, correct: [], zeroed: [] }))
    const seeds = score === 'random' ? job.seeds : job.seeds.slice(0, 1)
    for (const seed of seeds) {
      const pruning = this.#pruning(score, seed)
      for (const point of points) {
        pruning.advance(point.fraction)
        if (point.correct.length === 0) point.zeroed.push(...pruning.zeroed)
        point.correct.push(await this.#correct(score, pruning))
      }
    }
    return { score, points }
  }

  #pruning(score: ImportanceScore, seed: number): Pruning {
    const { original, reconstructed, units } = this.#options
    const order = pruningOrder(score, units, original.parameters, reconstructed.parameters, seed)
    return new Pruning(units, original.parameters, order)
  }

  async #correct(score: ImportanceScore, pruning: Pruning): Promise<number> {
    const { context, original, units, data, program, state } = this.#options
    const zeroed = pruning.zeroed.reduce((sum, count) => sum + count, 0)
    const isEnd = zeroed === 0 || zeroed === units.weights
    const known = isEnd ? this.#ends.get(zeroed) : undefined
    if (known !== undefined) {
      this.#donePoints += 1
      return known
    }
    state.write(pruning.weights())
    const { correct } = await evaluateSplit(program, state, original.network, data, async (done, total) => {
      const phase = `pruning by ${importanceScoreTitles[score]}`
      tellPhase(context, phase, this.#donePoints + done / total, this.#plannedPoints)
      await context.breathe()
    })
    this.#donePoints += 1
    if (isEnd) this.#ends.set(zeroed, correct)
    return correct
  }
}

/** float32 weights, summed in the same order as when the run ended. */
const relativeTolerance = 1e-6

/** Nothing names the file by its content, but the run knows how far its weights were from the original ones. */
function assertReconstructionOf(original: LoadedNetwork, reconstructed: LoadedNetwork, job: ImportanceJob): void {
  const names = original.network.representedLayers.map(({ name }) => name)
  const represented = Object.fromEntries(
    names.flatMap((name) => {
      const tensor = reconstructed.parameters[name]
      return tensor === undefined ? [] : [[name, tensor] as const]
    }),
  )
  const { relativeError } = reconstructionErrors(original.parameters, represented)
  if (Math.abs(relativeError - job.relativeError) <= relativeTolerance * Math.max(1, job.relativeError)) return
  throw new AppException({
    code: 'file-corrupt',
    message: `The reconstructed network is ${relativeError.toPrecision(6)} away from the original one, the run ended at ${job.relativeError.toPrecision(6)}: the file was changed.`,
    where: job.reconstructedPath,
    remedy: 'Run the experiment again.',
  })
}
