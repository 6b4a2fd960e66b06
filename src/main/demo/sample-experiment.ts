import type { DatasetRecord, ExperimentRecord, NetworkRecord } from '#shared/protocol/records.ts'
import type { ExperimentConfig } from '#shared/experiment/experiment-config.ts'
import { summaryOf, type ExperimentSummary } from '#shared/experiment/experiment-summary.ts'
import { presentExperiment, unfinishedStatuses, type ExperimentSubject } from '#shared/experiment/present-experiment.ts'
import type { Preset } from '#shared/experiment/preset.ts'
import { standardBaselines } from '#shared/methods/direct/standard-baselines.ts'
import type { CommandInput, CommandName, CommandOutput } from '#shared/protocol/contract.ts'
import type { StudioEvents } from '#shared/protocol/events.ts'
import { AppException, unwrap, type Result } from '#shared/basics/result.ts'
import type { Emitter } from '../basics/emitter.ts'
import { sampleToken } from '../commands/library.ts'
import { cifar10Token } from '../library/dataset-library.ts'

/** A studio as the demo uses it: its commands and what it announces. */
export interface DemoStudio {
  readonly events: Emitter<StudioEvents>
  invoke<N extends CommandName>(command: N, input: CommandInput<N>): Promise<Result<CommandOutput<N>>>
}

/** An experiment of the demo. */
export interface DemoExperiment {
  readonly id: string
  readonly name: string
}

/** What the demo needs in the library: the sample network and CIFAR-10, imported when they are not there yet. */
export async function provideSample(
  studio: DemoStudio,
): Promise<{ readonly network: NetworkRecord; readonly dataset: DatasetRecord }> {
  const networks = unwrap(await studio.invoke('networks.list', {}))
  const network =
    networks.find(({ origin }) => origin.kind === 'sample') ??
    unwrap(await studio.invoke('networks.import', { taskId: 'demo network', file: sampleToken }))
  const datasets = unwrap(await studio.invoke('datasets.list', {}))
  const dataset =
    datasets.find(({ kind }) => kind === 'cifar10') ??
    unwrap(await studio.invoke('datasets.import', { taskId: 'demo data set', file: cifar10Token }))
  return { network, dataset }
}

/** The configuration of a preset. Throws `not-found`. */
export function presetConfig<Config extends ExperimentConfig>(
  presets: readonly Preset<Config>[],
  presetId: string,
): Config {
  const preset = presets.find(({ id }) => id === presetId)
  if (preset !== undefined) return preset.config
  throw new AppException({
    code: 'not-found',
    message: `There is no preset ${presetId}.`,
    remedy: `Name one of ${presets.map(({ id }) => id).join(', ')}.`,
  })
}

/** The experiment that an earlier demo has left in the queue; undefined without one. */
export async function leftInQueue(
  studio: DemoStudio,
  config: ExperimentConfig,
  subject: ExperimentSubject,
): Promise<DemoExperiment | undefined> {
  const { items } = unwrap(await studio.invoke('experiments.list', {}))
  return presentExperiment(items, config, subject, unfinishedStatuses)
}

/** The experiment of an earlier demo, whether it is completed or will be; undefined without one. */
export async function ofEarlierDemo(
  studio: DemoStudio,
  config: ExperimentConfig,
  subject: ExperimentSubject,
): Promise<DemoExperiment | undefined> {
  const { items } = unwrap(await studio.invoke('experiments.list', {}))
  return presentExperiment(items, config, subject)
}

/** The standard baselines of the network: those that an earlier demo has measured, and the others in the queue. */
export async function enqueueBaselines(
  studio: DemoStudio,
  subject: ExperimentSubject,
): Promise<readonly DemoExperiment[]> {
  const { items } = unwrap(await studio.invoke('experiments.list', {}))
  const baselines: DemoExperiment[] = []
  for (const { config, present } of standardBaselines(subject, items)) {
    baselines.push(present ?? (await create(studio, config, subject)))
  }
  return baselines
}

/** A new experiment in the queue, like any other. */
export async function create(
  studio: DemoStudio,
  config: ExperimentConfig,
  subject: ExperimentSubject,
): Promise<DemoExperiment> {
  return unwrap(await studio.invoke('experiments.create', { config, ...subject, enqueue: true }))
}

/**
 * Resolves with the completed experiment. Rejects with the run's own error when it failed, with `cancelled` when the
 * user cancelled it. A paused one is waited for: somebody will resume it.
 */
export async function untilEnded(studio: DemoStudio, id: string): Promise<ExperimentRecord> {
  await new Promise<void>((resolve, reject) => {
    const look = (experiment: ExperimentSummary): void => {
      if (experiment.id !== id) return
      const { status, latestRun, name } = experiment
      if (status !== 'completed' && status !== 'failed' && status !== 'cancelled') return
      unsubscribe()
      if (status === 'completed') return resolve()
      const stopped = { code: 'cancelled', message: `${name} was cancelled.` } as const
      reject(new AppException(latestRun?.error ?? stopped))
    }
    const unsubscribe = studio.events.on('experiment-changed', look)
    // It may have ended before anybody listened.
    recordOf(studio, id).then((record) => look(summaryOf(record)), reject)
  })
  return recordOf(studio, id)
}

export async function recordOf(studio: DemoStudio, id: string): Promise<ExperimentRecord> {
  return unwrap(await studio.invoke('experiments.get', { id })).record
}
