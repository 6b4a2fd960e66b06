/**
 * The end of a compress run: writes the package, decodes it, measures the original network and the one it gives on
 * validation and test, and sends the result.
 */
import type { Executor } from '#engine/executors/executor.ts'
import { weightsByCoordinate } from '#engine/methods/nern/permutation/network-permutation.ts'
import { readBack } from '#engine/quantisation/stored-parameters.ts'
import { readPackage } from '#formats/nern-package/reader.ts'
import { writePackage, type NernPackage } from '#formats/nern-package/writer.ts'
import { networkStatistics } from '#networks/network-statistics.ts'
import { packagedAccuracies } from '#shared/measures/accuracy-pairs.ts'
import type { PhaseName } from '#shared/methods/nern/compress-phases.ts'
import { networkSmoothness } from '#shared/network/network-smoothness.ts'
import { formatExactBytes } from '#shared/basics/format.ts'
import { AppException } from '#shared/basics/result.ts'
import type { StoredTensors } from '#shared/tensors/stored-tensor.ts'
import type { JobResult, TrainerJob } from '#shared/protocol/trainer-protocol.ts'
import { breatheOrPause, note, tellPhase } from '../../process/job-context.ts'
import { measureBoth } from '../../measure/measure-both.ts'
import {
  packagedNetwork,
  reconstructedFile,
  storedRemainderOf,
  type LoadedNetwork,
} from '../../weights/stored-network.ts'
import { packageSizes } from '../../measure/package-sizes.ts'
import { packagedWeights } from '../../weights/packaged-network.ts'
import { sendPreview } from '../../steps/preview.ts'
import type { RunState } from '../../steps/run-state.ts'
import { sendStageTimes } from '../../steps/stage-times.ts'
import { reconstructionErrors, type ReconstructedEvaluation } from './reconstructed-evaluation.ts'
import type { FoundPermutations } from './find-permutations.ts'
import type { CompressSetup } from './setup.ts'
import { packagingStage } from './stages.ts'

type CompressJobResult = Extract<JobResult, { kind: 'compress' }>

export interface FinishOptions {
  readonly job: Extract<TrainerJob, { kind: 'compress' }>
  readonly run: RunState
  readonly original: LoadedNetwork
  readonly setup: CompressSetup
  readonly executor: Executor
  readonly evaluation: ReconstructedEvaluation
  /** At the precision it is stored at. */
  readonly predictor: StoredTensors
  readonly permutation: Pick<FoundPermutations, 'seconds' | 'source'>
  readonly seconds: Readonly<Record<PhaseName, number>>
}

export async function finish(options: FinishOptions): Promise<void> {
  const { job, run, original, executor, evaluation } = options
  const { context, metrics } = run
  const startedMs = context.now()
  tellPhase(context, 'writing the package')
  await breatheOrPause(context)
  // What is measured is what a reader of the package gets.
  const content = decoded(writePackage(packageContent(options)))
  const weights = await packagedWeights(executor, content)
  metrics.time.record(packagingStage, 1, (context.now() - startedMs) / 1000)
  await breatheOrPause(context)
  evaluation.use(weights)
  sendPreview(run, original.parameters, weights)
  const evaluations = await measureBoth({
    executor,
    run,
    original,
    job,
    reconstructed: (data, onBatch) => evaluation.evaluate(data, onBatch),
  })
  const { layers, relativeError } = reconstructionErrors(original.parameters, weights)
  sendStageTimes(context, job, metrics.time)
  const written = writePackage({ ...content, accuracies: packagedAccuracies(evaluations) })
  note(context, `The package takes ${formatExactBytes(written.byteLength)}.`)
  context.send({
    type: 'result',
    result: {
      kind: 'compress',
      evaluations,
      sizes: packageSizes(written, original.network, job.config),
      layers,
      relativeError,
      seconds: {
        permutation: options.permutation.seconds,
        ...options.seconds,
        evaluation: (context.now() - startedMs) / 1000,
        total: options.permutation.seconds + metrics.elapsedMs / 1000,
      },
      permutationSource: options.permutation.source,
      ...smoothnessOf(options),
      package: written,
      reconstructed: reconstructedFile(original.network, { ...readBack(content.kept), ...weights }),
    },
  })
}

/** Everything of the package but the accuracies, which are measured with it. */
function packageContent({ job, original, setup, predictor }: FinishOptions): NernPackage {
  const { network } = original
  const { config } = job
  const { representation, embedding } = setup.stored
  return {
    network: packagedNetwork(network, job.network.sha256),
    layers: network.representedLayers.map(({ name, shape }) => ({ name, shape: [...shape] })),
    embedding,
    predictorShape: representation.predictor,
    predictor,
    orders: setup.permutation.permutations,
    kept: storedRemainderOf(original, config.storage.remainder),
    config,
    accuracies: [],
  }
}

/** What the permutation did: neighbours in the original network against neighbours by coordinate. */
function smoothnessOf({ original, setup }: FinishOptions): Partial<Pick<CompressJobResult, 'smoothness'>> {
  const { network, parameters } = original
  const { table } = setup.representation
  const { permutations } = setup.permutation
  const before = networkSmoothness(networkStatistics(network, parameters))
  if (before === undefined) return {}
  if (permutations.length === 0) return { smoothness: { original: before, permuted: before } }
  const permuted = { ...parameters, ...weightsByCoordinate(table, permutations, parameters) }
  const after = networkSmoothness(networkStatistics(network, permuted))
  return after === undefined ? {} : { smoothness: { original: before, permuted: after } }
}

function decoded(bytes: Uint8Array): NernPackage {
  const content = readPackage(bytes, 'package')
  if (content.ok) return content.value
  throw new AppException({ ...content.error, code: 'internal' })
}
