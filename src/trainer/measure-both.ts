/** The end of every run that makes a package: the original network and the one the package gives, on both splits. */
import type { Executor } from '#engine/executors/executor.ts'
import { evaluateProgram } from '#engine/network-evaluation.ts'
import type { SplitPredictions, TrainerJob } from '#shared/trainer-protocol.ts'
import type { ImageSplit } from './data/image-split.ts'
import { loadSplit } from './data/open-dataset.ts'
import { evaluateSplit, evaluationBatchOf, type Evaluation } from './evaluation.ts'
import type { JobContext } from './job-context.ts'
import type { LoadedNetwork } from './network-file.ts'

export interface MeasureBothOptions {
  readonly executor: Executor
  readonly context: JobContext
  readonly original: LoadedNetwork
  readonly dataset: Extract<TrainerJob, { kind: 'evaluate' }>['dataset']
  readonly reconstructed: (
    data: ImageSplit,
    onBatch: (done: number, total: number) => Promise<void>,
  ) => Promise<Evaluation>
}

/** On all images of validation and test. */
export async function measureBoth(options: MeasureBothOptions): Promise<SplitPredictions[]> {
  const { executor, context, original, dataset, reconstructed } = options
  const { network, parameters } = original
  const program = await executor.compile(
    evaluateProgram(network, {
      batch: evaluationBatchOf(network),
      parameters,
      inState: 'none',
    }),
  )
  const noState = executor.createState({})
  const evaluations: SplitPredictions[] = []
  for (const split of ['validation', 'test'] as const) {
    const data = await loadSplit(dataset, split, network)
    const onBatch = (of: string) => async (done: number, total: number) => {
      context.send({ type: 'phase', phase: `evaluation of the ${of} network on ${split}`, done, total })
      await context.breathe()
    }
    const measured = await evaluateSplit(program, noState, network, data, onBatch('original'))
    evaluations.push({ of: 'original', split, ...measured })
    evaluations.push({ of: 'reconstructed', split, ...(await reconstructed(data, onBatch('reconstructed'))) })
  }
  return evaluations
}
