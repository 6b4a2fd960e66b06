/** The end of a compress run: measures original and reconstructed network on validation and test, and sends the result. */
import type { Executor } from '#engine/executors/executor.ts'
import { evaluateProgram } from '#engine/network-evaluation.ts'
import { writeSafetensors } from '#formats/safetensors/writer.ts'
import { readBack } from '#engine/nern/quantization/stored-parameters.ts'
import type { PhaseName } from '#shared/compress-phases.ts'
import type { StoredTensors } from '#shared/stored-tensor.ts'
import type { SplitPredictions, TrainerJob } from '#shared/trainer-protocol.ts'
import { loadSplit } from '../data/open-dataset.ts'
import { evaluateSplit, evaluationBatch } from '../evaluation.ts'
import type { JobContext } from '../job-context.ts'
import type { LoadedNetwork } from '../network-file.ts'
import { reconstructionErrors, type ReconstructedEvaluation } from './reconstructed-evaluation.ts'
import { writeStoredPredictor } from './stored-predictor.ts'
import type { CompressSetup } from './setup.ts'

export interface FinishOptions {
  readonly job: Extract<TrainerJob, { kind: 'compress' }>
  readonly context: JobContext
  readonly original: LoadedNetwork
  /** The original network with its parameters at the precision the remainder is stored at. */
  readonly stored: LoadedNetwork
  readonly setup: CompressSetup
  readonly executor: Executor
  readonly evaluation: ReconstructedEvaluation
  /** At the precision it is stored at. */
  readonly predictor: StoredTensors
  readonly seconds: Readonly<Record<PhaseName, number>>
  elapsedMs(): number
}

export async function finish(options: FinishOptions): Promise<void> {
  const { job, context, original, setup, executor, evaluation } = options
  const { network, parameters } = original
  const startedMs = context.now()
  const weights = await evaluation.weights(readBack(options.predictor))
  const originalProgram = await executor.compile(
    evaluateProgram(network, {
      batch: evaluationBatch(network),
      parameters,
      inState: 'none',
    }),
  )
  const noState = executor.createState({})
  const evaluations: SplitPredictions[] = []
  for (const split of ['validation', 'test'] as const) {
    const data = await loadSplit(job.dataset, split)
    const onBatch = (of: string) => async (done: number, total: number) => {
      context.send({ type: 'phase', phase: `evaluation of the ${of} network on ${split}`, done, total })
      await context.breathe()
    }
    const measured = await evaluateSplit(originalProgram, noState, network, data, onBatch('original'))
    evaluations.push({ of: 'original', split, ...measured })
    evaluations.push({ of: 'reconstructed', split, ...(await evaluation.evaluate(data, onBatch('reconstructed'))) })
  }
  const { layers, relativeError } = reconstructionErrors(parameters, weights)
  const layerNames = network.representedLayers.map(({ name }) => name)
  const reconstructed = writeSafetensors(Object.entries({ ...options.stored.parameters, ...weights }), {
    architecture: network.architecture,
    classes: String(network.classes),
  })
  context.send({
    type: 'result',
    result: {
      kind: 'compress',
      evaluations,
      layers,
      relativeError,
      seconds: {
        permutation: setup.permutationSeconds,
        ...options.seconds,
        evaluation: (context.now() - startedMs) / 1000,
        total: setup.permutationSeconds + options.elapsedMs() / 1000,
      },
      predictor: Uint8Array.from(writeStoredPredictor(options.predictor, setup.permutations, layerNames, job.config)),
      reconstructed: Uint8Array.from(reconstructed),
    },
  })
}
