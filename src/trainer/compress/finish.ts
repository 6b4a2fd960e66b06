/**
 * The end of a compress run: writes the package, decodes it, measures the original network and the one it gives on
 * validation and test, and sends the result.
 */
import type { Executor } from '#engine/executors/executor.ts'
import { evaluateProgram } from '#engine/network-evaluation.ts'
import { readPackage } from '#formats/nern-package/reader.ts'
import { writePackage, type NernPackage } from '#formats/nern-package/writer.ts'
import { networkMetadata } from '#formats/network-metadata.ts'
import { writeSafetensors } from '#formats/safetensors/writer.ts'
import { readBack, storedFloatTensors } from '#engine/nern/quantization/stored-parameters.ts'
import { accuracyPairs } from '#shared/accuracy-pairs.ts'
import type { PhaseName } from '#shared/compress-phases.ts'
import { AppException } from '#shared/result.ts'
import type { StoredTensors } from '#shared/stored-tensor.ts'
import type { SplitPredictions, TrainerJob } from '#shared/trainer-protocol.ts'
import { loadSplit } from '../data/open-dataset.ts'
import { evaluateSplit, evaluationBatchOf } from '../evaluation.ts'
import type { JobContext } from '../job-context.ts'
import type { LoadedNetwork } from '../network-file.ts'
import { packagedWeights } from '../reconstruct-package.ts'
import { packagedEmbedding } from './embedding.ts'
import { reconstructionErrors, type ReconstructedEvaluation } from './reconstructed-evaluation.ts'
import type { FoundPermutations } from './find-permutations.ts'
import type { CompressSetup } from './setup.ts'

export interface FinishOptions {
  readonly job: Extract<TrainerJob, { kind: 'compress' }>
  readonly context: JobContext
  readonly original: LoadedNetwork
  readonly setup: CompressSetup
  readonly executor: Executor
  readonly evaluation: ReconstructedEvaluation
  /** At the precision it is stored at. */
  readonly predictor: StoredTensors
  readonly permutation: Pick<FoundPermutations, 'seconds' | 'source'>
  readonly seconds: Readonly<Record<PhaseName, number>>
  elapsedMs(): number
}

export async function finish(options: FinishOptions): Promise<void> {
  const { job, context, original, executor, evaluation } = options
  const { network, parameters } = original
  const startedMs = context.now()
  // What is measured is what a reader of the package gets.
  const content = decoded(writePackage(packageContent(options)))
  const weights = await packagedWeights(executor, content)
  evaluation.use(weights)
  const originalProgram = await executor.compile(
    evaluateProgram(network, {
      batch: evaluationBatchOf(network),
      parameters,
      inState: 'none',
    }),
  )
  const noState = executor.createState({})
  const evaluations: SplitPredictions[] = []
  for (const split of ['validation', 'test'] as const) {
    const data = await loadSplit(job.dataset, split, network)
    const onBatch = (of: string) => async (done: number, total: number) => {
      context.send({ type: 'phase', phase: `evaluation of the ${of} network on ${split}`, done, total })
      await context.breathe()
    }
    const measured = await evaluateSplit(originalProgram, noState, network, data, onBatch('original'))
    evaluations.push({ of: 'original', split, ...measured })
    evaluations.push({ of: 'reconstructed', split, ...(await evaluation.evaluate(data, onBatch('reconstructed'))) })
  }
  const { layers, relativeError } = reconstructionErrors(parameters, weights)
  const reconstructed = writeSafetensors(
    Object.entries({ ...readBack(content.kept), ...weights }),
    networkMetadata(network),
  )
  context.send({
    type: 'result',
    result: {
      kind: 'compress',
      evaluations,
      layers,
      relativeError,
      seconds: {
        permutation: options.permutation.seconds,
        ...options.seconds,
        evaluation: (context.now() - startedMs) / 1000,
        total: options.permutation.seconds + options.elapsedMs() / 1000,
      },
      permutationSource: options.permutation.source,
      package: writePackage({ ...content, accuracies: accuracyPairs(evaluations) }),
      reconstructed,
    },
  })
}

/** Everything of the package but the accuracies, which are measured with it. */
function packageContent({ job, original, setup, predictor }: FinishOptions): NernPackage {
  const { network, parameters } = original
  const { config } = job
  const represented = new Set(network.representedLayers.map(({ name }) => name))
  const kept = Object.fromEntries(Object.entries(parameters).filter(([name]) => !represented.has(name)))
  return {
    network: {
      architecture: network.architecture,
      classes: network.classes,
      sha256: job.network.sha256,
      preprocessing: network.preprocessing,
    },
    layers: network.representedLayers.map(({ name, shape }) => ({ name, shape: [...shape] })),
    embedding: packagedEmbedding(config.embedding),
    predictorShape: setup.representation.predictor,
    predictor,
    orders: setup.permutation.permutations,
    kept: storedFloatTensors(kept, config.storage.remainder),
    config,
    accuracies: [],
  }
}

function decoded(bytes: Uint8Array): NernPackage {
  const content = readPackage(bytes, 'package')
  if (content.ok) return content.value
  throw new AppException({ ...content.error, code: 'internal' })
}
