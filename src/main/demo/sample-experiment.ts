import type { DatasetRecord, ExperimentRecord, NetworkRecord } from '#shared/protocol/records.ts'
import { summaryOf, type ExperimentSummary } from '#shared/experiment/experiment-summary.ts'
import { compressPresets } from '#shared/methods/nern/presets.ts'
import type { CommandInput, CommandName, CommandOutput, StudioEvents } from '#shared/protocol/contract.ts'
import { AppException, unwrap, type Result } from '#shared/basics/result.ts'
import type { Emitter } from '../basics/emitter.ts'
import { sampleToken } from '../commands/library.ts'
import { cifar10Token } from '../library/dataset-library.ts'

/** A studio as the demo uses it: its commands and what it announces. */
export interface DemoStudio {
  readonly events: Emitter<StudioEvents>
  invoke<N extends CommandName>(command: N, input: CommandInput<N>): Promise<Result<CommandOutput<N>>>
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

/** The experiment of the demo: a preset as it is, through the queue like any other. Errors: `not-found`. */
export async function enqueueSample(
  studio: DemoStudio,
  presetId: string,
  networkId: string,
  datasetId: string,
): Promise<ExperimentRecord> {
  const preset = compressPresets.find(({ id }) => id === presetId)
  if (preset === undefined) {
    throw new AppException({
      code: 'not-found',
      message: `There is no preset ${presetId}.`,
      remedy: `Name one of ${compressPresets.map(({ id }) => id).join(', ')}.`,
    })
  }
  const { config } = preset
  return unwrap(await studio.invoke('experiments.create', { config, networkId, datasetId, enqueue: true }))
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

async function recordOf(studio: DemoStudio, id: string): Promise<ExperimentRecord> {
  return unwrap(await studio.invoke('experiments.get', { id })).record
}
