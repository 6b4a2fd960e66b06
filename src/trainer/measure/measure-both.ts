/** The end of every run that makes a package: the original network and the one the package gives, on both splits. */
import type { CompiledProgram, DeviceState, Executor } from '#engine/executors/executor.ts'
import { evaluateProgram } from '#engine/network/evaluation.ts'
import type { Network } from '#networks/network.ts'
import { formatPercent } from '#shared/basics/format.ts'
import { evaluationStage, type PlannedImages } from '#shared/experiment/stages.ts'
import { isTop5Measured } from '#shared/measures/top-5.ts'
import type { AccuracyCount } from '#shared/protocol/records.ts'
import type { SplitPredictions, TrainerJob } from '#shared/protocol/trainer-protocol.ts'
import type { ImageSplit } from '../data/image-split.ts'
import { loadImageCount, loadSplit } from '../data/open-dataset.ts'
import { evaluateSplit, evaluationBatchOf, type Evaluation } from './evaluation.ts'
import { note } from '../process/job-context.ts'
import type { LoadedNetwork } from '../weights/stored-network.ts'
import { evaluationProgress } from '../steps/evaluation-progress.ts'
import type { RunState } from '../steps/run-state.ts'

const finalSplits = ['validation', 'test'] as const

type PackagingJob = Extract<TrainerJob, { readonly originalEvaluations?: unknown }>

export interface MeasureBothOptions {
  readonly executor: Executor
  readonly run: RunState
  readonly original: LoadedNetwork
  readonly job: PackagingJob
  readonly reconstructed: (
    data: ImageSplit,
    onBatch: (done: number, total: number) => Promise<void>,
  ) => Promise<Evaluation>
}

/** What the stages of a compression have to do with images. */
export async function plannedImages(job: PackagingJob, network: Network): Promise<PlannedImages> {
  const [train, validation, test] = await Promise.all(
    (['train', ...finalSplits] as const).map((split) => loadImageCount(job.dataset, split)),
  )
  const counts = { train: train ?? 0, validation: validation ?? 0, test: test ?? 0 }
  return {
    ...counts,
    batch: evaluationBatchOf(network),
    unmeasured: finalSplits.filter((split) => knownEvaluation(job, network, split, counts[split]) === undefined),
  }
}

/** On all images of validation and test. Throws `Paused` once a pause was asked for. */
export async function measureBoth(options: MeasureBothOptions): Promise<SplitPredictions[]> {
  const { executor, run, original, job, reconstructed } = options
  const { network, parameters } = original
  let program: { readonly compiled: CompiledProgram; readonly noState: DeviceState } | undefined
  const evaluations: SplitPredictions[] = []
  for (const split of finalSplits) {
    const data = await loadSplit(job.dataset, split, network)
    const progress = (of: string) =>
      evaluationProgress(run, evaluationStage, `evaluation of the ${of} network on ${split}`)
    const known = knownEvaluation(job, network, split, data.labels.length)
    if (known === undefined) {
      program ??= {
        compiled: await executor.compile(
          evaluateProgram(network, { batch: evaluationBatchOf(network), parameters, inState: 'none' }),
        ),
        noState: executor.createState({}),
      }
      const measured = await evaluateSplit(program.compiled, program.noState, network, data, progress('original'))
      evaluations.push({ of: 'original', split, ...measured })
      tell(run, 'original', split, measured, '')
    } else {
      evaluations.push(known)
      tell(run, 'original', split, known, ', measured before')
    }
    const measured = await reconstructed(data, progress('reconstructed'))
    evaluations.push({ of: 'reconstructed', split, ...measured })
    tell(run, 'reconstructed', split, measured, '')
  }
  return evaluations
}

/** What was measured of the original on all `count` images of a split before; an older studio left out top-5. */
function knownEvaluation(
  { originalEvaluations = [] }: PackagingJob,
  { classes }: Network,
  split: (typeof finalSplits)[number],
  count: number,
): SplitPredictions | undefined {
  return originalEvaluations.find(
    ({ split: of, total, correctTop5 }) =>
      of === split && total === count && isTop5Measured(classes) === (correctTop5 !== undefined),
  )
}

function tell(
  { context }: RunState,
  of: 'original' | 'reconstructed',
  split: string,
  { correct, correctTop5, total }: AccuracyCount,
  how: string,
): void {
  note(
    context,
    `The ${of} network classifies ${formatPercent(correct / total)} of the ${split} images correctly` +
      `${correctTop5 === undefined ? '' : `, ${formatPercent(correctTop5 / total)} among its first five`}${how}.`,
  )
}
