import { rm } from 'node:fs/promises'
import { isDeepStrictEqual } from 'node:util'
import { buildNetwork } from '#networks/architectures.ts'
import type { CommandHandlers, CommandInput, Comparison, ComparisonEntry } from '#shared/protocol/contract.ts'
import type { BaselineConfig, CompressConfig, ExperimentConfig } from '#shared/experiment/experiment-config.ts'
import type { DatasetRecord, ExperimentRecord, NetworkRecord, SplitName } from '#shared/protocol/records.ts'
import { isOwnGraph } from '#shared/network/network-graph.ts'
import { isIntegerPrecision } from '#shared/package/accounting.ts'
import { decodePredictions } from '#shared/measures/predictions.ts'
import { plannedSteps } from '#shared/methods/nern/compress-phases.ts'
import { baselineTitle, isDistillable } from '#shared/methods/direct/baseline-title.ts'
import { AppException, assertNever } from '#shared/basics/result.ts'
import type { StudioContext } from '../context/studio-context.ts'
import { assertFit, assertImages, assertImagesFit } from '../library/dataset-fit.ts'
import type { DatasetLibrary } from '../library/dataset-library.ts'
import { storedNetwork } from '../library/network-content.ts'
import { uniqueName } from '../library/unique-name.ts'
import type { Queue } from '../queue/queue.ts'
import { runPath } from '../store/layout.ts'
import type { Store } from '../store/store.ts'
import { agreementOf, alignConfigs, perClassAccuracy } from './comparison.ts'

type ExperimentHandlers = Pick<
  CommandHandlers,
  | 'experiments.list'
  | 'experiments.find'
  | 'experiments.get'
  | 'experiments.create'
  | 'experiments.update'
  | 'experiments.remove'
  | 'experiments.compare'
>

export function experimentHandlers(context: StudioContext, queue: Queue, datasets: DatasetLibrary): ExperimentHandlers {
  const { store, events } = context
  return {
    'experiments.list': async (query) => store.experiments.list(query),
    'experiments.find': async (filter) => store.experiments.find(filter),

    async 'experiments.get'({ id }) {
      const record = store.experiments.get(id)
      const network = record.networkId === undefined ? undefined : store.networks.find(record.networkId)
      const dataset = store.datasets.find(record.datasetId)
      return {
        record,
        runs: store.runs.list(id),
        ...(network === undefined ? {} : { network }),
        ...(dataset === undefined ? {} : { dataset }),
      }
    },

    async 'experiments.create'(input) {
      await assertRunnable(context, input)
      const { config, networkId, datasetId, executor, enqueue } = input
      const name = input.name ?? defaultName(context, config, networkId)
      const created = store.transaction(() => {
        const draft = store.experiments.insert({
          name,
          config,
          datasetId,
          ...(networkId === undefined ? {} : { networkId }),
          ...(executor === undefined ? {} : { executor }),
        })
        if (enqueue) store.experiments.transition(draft.id, 'enqueue', 'draft')
        return draft
      })
      queue.announce([created.id])
      queue.dispatch()
      return store.experiments.get(created.id)
    },

    async 'experiments.update'({ id, ...changes }) {
      store.experiments.update(id, changes)
      const summary = store.experiments.summary(id)
      events.emit('experiment-changed', summary)
      return summary
    },

    async 'experiments.remove'({ ids }) {
      const running = ids.map((id) => store.experiments.summary(id)).find(({ status }) => status === 'running')
      if (running !== undefined) {
        throw new AppException({
          code: 'conflict',
          message: `${running.name} is running. Nothing was removed.`,
          remedy: 'Cancel it first.',
        })
      }
      const runIds = ids.flatMap((id) => store.runs.ids(id))
      store.experiments.remove(ids)
      for (const id of runIds) await rm(runPath(store.layout, id), { recursive: true, force: true })
      events.emit('experiments-removed', { ids })
      queue.announce([])
      return undefined
    },

    'experiments.compare': ({ ids, split }) => compare(context, datasets, ids, split),
  }
}

/** Throws `not-found`, `invalid-config`, `dataset-mismatch` for what could only fail later. */
async function assertRunnable({ store }: StudioContext, input: CommandInput<'experiments.create'>): Promise<void> {
  const { config, networkId, datasetId } = input
  const dataset = store.datasets.get(datasetId)
  if (config.kind === 'train') {
    if (isOwnGraph(config.architecture)) {
      throw new AppException({
        code: 'invalid-config',
        message: `${config.architecture} is an imported graph; the studio compresses and measures such networks, but does not train them.`,
        where: 'architecture',
        remedy: 'Train it where it comes from and import it again, or choose an architecture of the zoo.',
      })
    }
    const built = buildNetwork(config.architecture, dataset.classNames.length)
    if (!built.ok) throw new AppException(built.error)
    const preprocessing = networkId === undefined ? {} : { preprocessing: store.networks.get(networkId).preprocessing }
    assertImagesFit(built.value.title, { ...built.value, ...preprocessing }, dataset)
    assertImages(dataset, 'train', config.batchSize, 'fill a batch')
    assertImages(dataset, 'validation', 1, 'choose on')
    assertImages(dataset, 'test', 1, 'report on')
    if (networkId !== undefined) assertCanStart(store.networks.get(networkId), config.architecture, dataset)
    return
  }
  if (networkId === undefined) {
    const what = config.kind === 'baseline' ? 'A baseline' : 'A compression'
    throw new AppException({ code: 'invalid-config', message: `${what} needs a network.`, where: 'networkId' })
  }
  const network = store.networks.get(networkId)
  assertFit(network, await storedNetwork(store.layout, network), dataset)
  assertImages(dataset, 'validation', 1, 'choose on')
  assertImages(dataset, 'test', 1, 'report on')
  if (config.kind === 'baseline') return assertBaseline(config, dataset)
  if (config.distillation.steps + config.quantisation.steps > 0) {
    assertImages(dataset, 'train', config.distillation.dataBatch, 'fill a batch of the distillation')
  }
  if (config.start !== undefined) assertCanStartPredictor(store, config, config.start.runId, network)
  if (plannedSteps(config) === 0 && config.start === undefined) {
    throw new AppException({
      code: 'invalid-config',
      message: 'All phases have 0 steps: nothing would be learned.',
      where: 'reconstruction.steps, distillation.steps',
      remedy: 'Give one of them some steps, or start from a finished predictor.',
    })
  }
  if (config.quantisation.steps > 0 && !isIntegerPrecision(config.storage.predictor)) {
    throw new AppException({
      code: 'invalid-config',
      message: `The quantisation phase has ${config.quantisation.steps} steps, but the predictor is stored as ${config.storage.predictor}.`,
      where: 'quantisation.steps, storage.predictor',
      remedy: 'Store the predictor as integers, or give the phase 0 steps.',
    })
  }
}

/** A predictor fits only where everything that gives it its meaning is the same. Throws `invalid-config`, `not-found`. */
function assertCanStartPredictor(store: Store, config: CompressConfig, runId: string, network: NetworkRecord): void {
  const run = store.runs.get(runId)
  const source = store.experiments.get(run.experimentId)
  if (run.status !== 'completed' || source.config.kind !== 'compress') {
    throw new AppException({
      code: 'invalid-config',
      message: `${source.name} has no finished predictor: its run ${run.attempt} is ${run.status}.`,
      where: 'start.runId',
      remedy: 'Start from a compression that was completed.',
    })
  }
  const known = source.config
  const different = [
    ...(source.networkId === network.id ? [] : ['network']),
    ...(['representation', 'embedding', 'predictor', 'permutation'] as const).filter(
      (part) => !isDeepStrictEqual(known[part], config[part]),
    ),
  ]
  if (different.length === 0) return
  throw new AppException({
    code: 'invalid-config',
    message: `The predictor of ${source.name} does not fit here: ${different.join(', ')} differ.`,
    where: different.join(', '),
    remedy: `Take them from ${source.name}, or start from random weights.`,
  })
}

/** Throws `invalid-config`, `dataset-mismatch`. */
function assertBaseline(config: BaselineConfig, dataset: DatasetRecord): void {
  const { steps, dataBatch } = config.distillation
  if (steps === 0) return
  assertImages(dataset, 'train', dataBatch, 'fill a batch of the distillation')
  if (isDistillable(config)) return
  throw new AppException({
    code: 'invalid-config',
    message: `The distillation has ${steps} steps, but the method ${config.method} cannot be trained as it is stored.`,
    where: 'distillation.steps, method',
    remedy: 'Quantise to integers or prune, or give the distillation 0 steps.',
  })
}

/** Weights can start a training of their own architecture and classes only. Throws `invalid-config`. */
function assertCanStart(network: NetworkRecord, architecture: string, dataset: DatasetRecord): void {
  if (network.architecture === architecture && network.classes === dataset.classNames.length) return
  throw new AppException({
    code: 'invalid-config',
    message: `${network.name} is a ${network.architecture} for ${network.classes} classes; its weights cannot start the training of a ${architecture} for ${dataset.classNames.length}.`,
    where: 'networkId',
    remedy: 'Choose a network of the architecture and the classes you train, or start from random weights.',
  })
}

function defaultName(context: StudioContext, config: ExperimentConfig, networkId: string | undefined): string {
  const { store } = context
  const wanted = wantedName(config, networkId === undefined ? '' : store.networks.get(networkId).name)
  return uniqueName(wanted, store.experiments.namesBeginning(wanted))
}

function wantedName(config: ExperimentConfig, networkName: string): string {
  switch (config.kind) {
    case 'train':
      return config.architecture
    case 'compress':
      return `${networkName} h${config.predictor.hiddenSize}`
    case 'baseline':
      return `${networkName} ${baselineTitle(config)}`
    default:
      return assertNever(config)
  }
}

async function compare(
  context: StudioContext,
  datasets: DatasetLibrary,
  ids: readonly string[],
  split: SplitName,
): Promise<Comparison> {
  const records = ids.map((id) => context.store.experiments.get(id))
  const entries: ComparisonEntry[] = []
  for (const record of records) entries.push(await comparisonEntry(context, datasets, record, split))
  return { split, entries, configRows: alignConfigs(records.map(({ config }) => config)) }
}

async function comparisonEntry(
  { store }: StudioContext,
  datasets: DatasetLibrary,
  experiment: ExperimentRecord,
  split: SplitName,
): Promise<ComparisonEntry> {
  const { datasetId, latestRun } = experiment
  const result = latestRun?.result
  // A train experiment has made the original it is compared with.
  const networkId = result?.kind === 'train' ? result.networkId : experiment.networkId
  const network = networkId === undefined ? undefined : store.networks.find(networkId)
  const dataset = store.datasets.find(datasetId)
  const original = network && store.evaluations.best({ networkId: network.id }, datasetId, split)
  const run = store.runs.list(experiment.id).findLast(({ status }) => status === 'completed')
  const reconstructed = run && store.evaluations.best({ runId: run.id }, datasetId, split)
  const entry: ComparisonEntry = {
    experiment,
    ...(network === undefined ? {} : { network }),
    ...(dataset === undefined ? {} : { dataset }),
    ...(original === undefined ? {} : { original }),
    ...(reconstructed === undefined ? {} : { reconstructed }),
  }
  if (original === undefined || reconstructed === undefined || dataset === undefined) return entry
  const classes = dataset.classNames.length
  const labels = await datasets.labels(datasetId, split)
  const before = decodePredictions(store.evaluations.predictions(original.id), classes)
  const after = decodePredictions(store.evaluations.predictions(reconstructed.id), classes)
  return {
    ...entry,
    perClass: {
      original: perClassAccuracy(before, labels, classes),
      reconstructed: perClassAccuracy(after, labels, classes),
    },
    agreement: agreementOf(before, after, labels),
  }
}
