import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { writeSafetensors } from '#formats/safetensors/writer.ts'
import { Studio, type StudioOptions } from '#main/studio.ts'
import { createForkHosts } from '#main/trainer-host/fork-host.ts'
import { defaultLimits } from '#main/trainer-host/supervisor.ts'
import { buildNetwork } from '#networks/architectures.ts'
import { initialParameters } from '#networks/initial-parameters.ts'
import type { CommandInput, CommandName, CommandOutput, DesktopCommandName } from '#shared/protocol/contract.ts'
import type { StudioEvents } from '#shared/protocol/events.ts'
import type { CompressConfig } from '#shared/methods/nern/config.ts'
import { fastConfig } from '#shared/methods/nern/fast-preset.ts'
import type { DatasetRecord, ExperimentRecord, NetworkRecord } from '#shared/protocol/records.ts'
import { AppException } from '#shared/basics/result.ts'
import { scriptedTrainerPath } from './programs.ts'
import type { TrainerScript } from './scripted-trainer.ts'
import { temporaryFolder } from './temporary-folder.ts'

const quickLimits = { ...defaultLimits, restartDelaysMs: [1, 1, 1] }

/** What trainers started from now on do, until the test ends. */
export function scriptTrainers(script: TrainerScript): void {
  process.env['NERN_TRAINER_SCRIPT'] = JSON.stringify(script)
  onTestFinished(() => {
    delete process.env['NERN_TRAINER_SCRIPT']
  })
}

/** A studio on this store whose trainers are scripted. */
export function studioOptions(storeFolder: string): StudioOptions {
  return {
    storeFolder,
    program: 'test',
    version: '0.0.0',
    createHost: createForkHosts({ entryPath: scriptedTrainerPath }),
    resourcesFolder: join(import.meta.dirname, '../../resources'),
    limits: quickLimits,
    diskWaits: { firstMs: 20, longestMs: 200 },
    // One place, whatever machine the tests run on.
    machine: { cores: 2, memoryBytes: 8 * 2 ** 30 },
    log: () => {},
  }
}

/** A studio on a store of its own, by default; closed when the test ends. */
export async function openStudio(options: Partial<StudioOptions> = {}): Promise<Studio> {
  const studio = await Studio.open({ ...studioOptions(options.storeFolder ?? temporaryFolder()), ...options })
  onTestFinished(() => studio.close())
  return studio
}

/** The answer of a command that must succeed. */
export async function call<N extends Exclude<CommandName, DesktopCommandName>>(
  studio: Studio,
  command: N,
  input: CommandInput<N>,
): Promise<CommandOutput<N>> {
  const answer = await studio.invoke(command, input)
  if (answer.ok) return answer.value
  throw new AppException(answer.error)
}

/** A file with the untrained weights of a small network. */
export function writeNetworkFile(folder: string, seed = 1, architecture = 'resnet20-cifar-b'): string {
  const built = buildNetwork(architecture, 10)
  if (!built.ok) throw new AppException(built.error)
  const path = join(folder, `network-${seed}.safetensors`)
  writeFileSync(path, writeSafetensors(Object.entries(initialParameters(built.value, seed))))
  return path
}

export interface Library {
  readonly network: NetworkRecord
  readonly dataset: DatasetRecord
}

/** A network and a data set in the store. */
export async function fillLibrary(studio: Studio): Promise<Library> {
  const file = writeNetworkFile(temporaryFolder())
  const {
    isNew: _isNew,
    notes: _notes,
    ...network
  } = await call(studio, 'networks.import', {
    taskId: 'network',
    file,
    name: 'small',
  })
  const { isNew: _isKnown, ...dataset } = await call(studio, 'datasets.import', {
    taskId: 'dataset',
    file: '/scripted',
    name: 'images',
  })
  return { network, dataset }
}

/** The folder of a store that nobody owns, with a network (`small`) and a data set (`images`). */
export async function filledStore(): Promise<string> {
  const storeFolder = join(temporaryFolder(), 'store')
  const studio = await openStudio({ storeFolder })
  await fillLibrary(studio)
  await studio.close()
  return storeFolder
}

function compressConfig(steps: number, checkpointEverySteps = 10): CompressConfig {
  return { ...fastConfig, reconstruction: { ...fastConfig.reconstruction, steps }, checkpointEverySteps }
}

/** A queued experiment of `steps` scripted steps. */
export function createExperiment(
  studio: Studio,
  { network, dataset }: Library,
  steps: number,
  name?: string,
): Promise<ExperimentRecord> {
  return call(studio, 'experiments.create', {
    config: compressConfig(steps),
    networkId: network.id,
    datasetId: dataset.id,
    enqueue: true,
    ...(name === undefined ? {} : { name }),
  })
}

/** Resolves with the next payload of an event that satisfies `isWanted`. */
export function nextEvent<E extends keyof StudioEvents>(
  studio: Studio,
  event: E,
  isWanted: (payload: StudioEvents[E]) => boolean,
): Promise<StudioEvents[E]> {
  return new Promise((resolve) => {
    const stop = studio.events.on(event, (payload) => {
      if (!isWanted(payload)) return
      stop()
      resolve(payload)
    })
  })
}

/** Resolves when the experiment has one of these statuses; at once when it has it now. */
export async function reaches(
  studio: Studio,
  id: string,
  ...statuses: readonly ExperimentRecord['status'][]
): Promise<ExperimentRecord> {
  const { record } = await call(studio, 'experiments.get', { id })
  if (statuses.includes(record.status)) return record
  await nextEvent(studio, 'experiment-changed', (changed) => changed.id === id && statuses.includes(changed.status))
  return (await call(studio, 'experiments.get', { id })).record
}

/** Resolves when the latest run of the experiment has made at least `step` steps. */
export async function reachesStep(studio: Studio, experimentId: string, step: number): Promise<void> {
  await nextEvent(studio, 'run-metrics', ({ run }) => run.experimentId === experimentId && run.step >= step)
}
