import { stat } from 'node:fs/promises'
import type { CommandHandlers, CommandInput } from '#shared/protocol/contract.ts'
import { defaultScores, importanceDefaults, type ImportanceRecord } from '#shared/measures/importance.ts'
import { AppException } from '#shared/basics/result.ts'
import { familyOf } from '#shared/experiment/families.ts'
import { isPackaged } from '#shared/protocol/records.ts'
import type { TrainerJob } from '#shared/protocol/trainer-protocol.ts'
import type { StudioContext } from '../context/studio-context.ts'
import type { Tasks } from '../context/tasks.ts'
import { datasetInput, networkInput } from '../library/trainer-inputs.ts'
import { reconstructedPath } from '../store/layout.ts'
import type { Store } from '../store/store.ts'

type ImportanceJob = Extract<TrainerJob, { kind: 'importance' }>

type ImportanceHandlers = Pick<CommandHandlers, 'runs.measure-importance' | 'runs.importance'>

export function importanceHandlers({ store }: StudioContext, tasks: Tasks): ImportanceHandlers {
  return {
    'runs.measure-importance': (input) => measure(store, tasks, input),
    async 'runs.importance'({ id }) {
      store.runs.get(id)
      return store.importance.list(id)
    },
  }
}

/** A completed run whose predictor tells how much each weight matters. */
interface PredictedRun {
  readonly representation: ImportanceJob['representation']
  readonly relativeError: number
}

/**
 * Measures the pruning curves of a finished compression and keeps them. Errors: `not-found`, `conflict` for a run that
 * is no finished compression, `file-corrupt`, `cancelled`.
 */
function measure(
  store: Store,
  tasks: Tasks,
  { taskId, ...input }: CommandInput<'runs.measure-importance'>,
): Promise<ImportanceRecord> {
  const { id, level, split } = input
  assertPredicted(store, id)
  return tasks.run(taskId, async (report) => {
    const job = await importanceJob(store, input)
    const { result, device } = await tasks.runJob(report, job)
    const { images, layers, curves } = result
    return store.importance.save({ runId: id, level, split, seeds: job.seeds, images, layers, curves, device })
  })
}

function assertPredicted(store: Store, runId: string): PredictedRun {
  const { attempt, status, result, experimentId } = store.runs.get(runId)
  const { config } = store.experiments.get(experimentId)
  const representation = familyOf(config).predictedLayers(config)
  if (status === 'completed' && isPackaged(result) && representation !== undefined) {
    return { representation, relativeError: result.relativeError }
  }
  throw new AppException({
    code: 'conflict',
    message: `Run ${attempt} is ${status} and has no reconstructed network to tell which weights matter.`,
    where: runId,
    remedy: 'Choose a run of a compression that was completed.',
  })
}

async function importanceJob(
  store: Store,
  { id, level, split, limit, ...wanted }: Omit<CommandInput<'runs.measure-importance'>, 'taskId'>,
): Promise<ImportanceJob> {
  const { representation, relativeError } = assertPredicted(store, id)
  const { networkId, datasetId, name } = store.experiments.get(store.runs.get(id).experimentId)
  if (networkId === undefined) {
    throw new AppException({ code: 'internal', message: `${name} compresses nothing.` })
  }
  const dataset = store.datasets.get(datasetId)
  if (dataset.counts[split] === 0) {
    throw new AppException({
      code: 'invalid-argument',
      message: `${dataset.name} has no images in its ${split} split.`,
      where: 'split',
      remedy: 'Choose a split that has some.',
    })
  }
  const path = reconstructedPath(store.layout, id)
  const found = await stat(path).catch(() => undefined)
  if (found?.isFile() !== true) {
    throw new AppException({
      code: 'not-found',
      message: `The network that ${name} reconstructed is no longer in the store.`,
      where: path,
      remedy: 'Run the experiment again.',
    })
  }
  return {
    kind: 'importance',
    network: await networkInput(store, networkId),
    reconstructedPath: path,
    representation,
    relativeError,
    dataset: await datasetInput(store, datasetId),
    level,
    split,
    limit,
    scores: wanted.scores ?? [...defaultScores(level)],
    fractions: wanted.fractions ?? [...importanceDefaults.fractions],
    seeds: wanted.seeds ?? [...importanceDefaults.seeds],
  }
}
