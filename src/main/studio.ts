import { join } from 'node:path'
import type {
  CommandHandlers,
  CommandInput,
  CommandName,
  CommandOutput,
  DesktopCommandName,
} from '#shared/protocol/contract.ts'
import type { StudioEvents } from '#shared/protocol/events.ts'
import { readingCommandNames, type HandedCommandName, type ReadingCommandName } from '#shared/protocol/command-lists.ts'
import { officialArchives, type OfficialArchive } from '#formats/cifar/official-archives.ts'
import { loaderFileName } from '#shared/package/python-lines.ts'
import { toAppError, type AppError, type Result } from '#shared/basics/result.ts'
import type { Machine } from '#shared/execution/places.ts'
import type { ExecutorChoice } from '#shared/protocol/trainer-protocol.ts'
import { systemClock, type Clock } from './basics/clock.ts'
import { batchHandlers } from './commands/batches.ts'
import { candidateHandlers } from './commands/candidates.ts'
import { chartHandlers } from './commands/charts.ts'
import { clusterHandlers, clusterRecords } from './commands/clusters.ts'
import { compressedFileHandlers } from './commands/compressed-files.ts'
import { configurationHandlers } from './commands/configurations.ts'
import { Dispatcher } from './commands/dispatcher.ts'
import { comparisonHandlers } from './commands/comparisons.ts'
import { experimentHandlers } from './commands/experiments.ts'
import { forkHandlers } from './commands/forks.ts'
import { exportHandlers } from './commands/export.ts'
import { importanceHandlers } from './commands/importance.ts'
import { codeHandlers } from './commands/codes.ts'
import { layerHandlers } from './commands/layers.ts'
import { libraryHandlers, networkPathOfToken } from './commands/library.ts'
import { queueHandlers } from './commands/queue.ts'
import { runHandlers } from './commands/runs.ts'
import { trashHandlers } from './commands/trash.ts'
import { viewHandlers } from './commands/views.ts'
import { storeHandlers } from './commands/store.ts'
import { studioHandlers } from './commands/studio.ts'
import type { StudioContext } from './context/studio-context.ts'
import { ClusterQuestions } from './context/cluster-questions.ts'
import { letOldCheckpointsGo } from './context/old-checkpoints.ts'
import { noClusters, type ClusterOpener } from './context/cluster-opener.ts'
import { Emitter } from './basics/emitter.ts'
import { Candidates } from './forecast/candidates.ts'
import { Searches } from './forecast/searches.ts'
import type { WriteBytes } from './files/atomic-write.ts'
import { HandoverServer } from './handover/server.ts'
import { CompressedFiles } from './library/compressed-files.ts'
import { DatasetLibrary } from './library/dataset-library.ts'
import { NetworkLibrary } from './library/network-library.ts'
import { Tasks } from './context/tasks.ts'
import type { Log } from './log/log.ts'
import { ExpectedTimes } from './queue/expected-times.ts'
import { Places, thisMachine } from './queue/places.ts'
import { Queue } from './queue/queue.ts'
import { defaultDiskWaits, type DiskWaits } from './queue/storage-hold.ts'
import { QueueNotices } from './queue/queue-notices.ts'
import { defaultClusterWaits, type ClusterWaits } from './queue/remote/cluster-waits.ts'
import { QueueForecast } from './queue/queue-times.ts'
import { Store } from './store/store.ts'
import { datasetInput } from './library/trainer-inputs.ts'
import { networkPath } from './store/layout.ts'
import { defaultLimits, type SupervisorLimits } from './trainer-host/supervisor.ts'
import type { TrainerHostFactory } from './trainer-host/trainer-host.ts'

const BACKUP_INTERVAL_MS = 60 * 60_000

export interface StudioOptions {
  readonly storeFolder: string
  /** Who owns the store meanwhile, for the message another process gets: `NeRN Studio`, `studio run`. */
  readonly program: string
  /** Of the studio. */
  readonly version: string
  readonly createHost: TrainerHostFactory
  /** Folder of what is shipped with the studio (`resources`). */
  readonly resourcesFolder: string
  /** The path behind a file token; by default a token is a path. */
  readonly resolveFile?: (token: string) => string | undefined
  /** A token for a path that another program of the user names; by default the path itself. */
  readonly tokenOfPath?: (path: string) => string
  /** Takes precedence over the settings for work that begins now. */
  readonly executor?: Partial<ExecutorChoice>
  /** The commands that need a desktop, where there is one. */
  readonly desktopHandlers?: Pick<CommandHandlers, DesktopCommandName>
  readonly isDemo?: boolean
  /** Shown beside those of Node and SQLite. */
  readonly versions?: Readonly<Record<string, string>>
  /** By default this one. */
  readonly machine?: Machine
  readonly clock?: Clock
  readonly limits?: SupervisorLimits
  readonly diskWaits?: DiskWaits
  /** By default none can be reached: this process cannot send itself there. */
  readonly openCluster?: ClusterOpener
  readonly clusterWaits?: ClusterWaits
  /** Archives that can be fetched; by default those of the official site. */
  readonly archives?: readonly OfficialArchive[]
  /** How bytes reach the disk. */
  readonly writeBytes?: WriteBytes
  readonly log: Log
}

/** Of a reader everything but the name of an owner; its log must lie outside the store. */
export type ReaderOptions = Omit<StudioOptions, 'program'>

export type ChangingCommandName = ReadingCommandName | HandedCommandName

/** A studio that answers what only reads. */
export interface ReadingStudio {
  readonly events: Emitter<StudioEvents>
  readonly notices: readonly string[]
  invoke<N extends ReadingCommandName>(command: N, input: CommandInput<N>): Promise<Result<CommandOutput<N>>>
  close(): Promise<void>
}

/** One that has opened its store itself. */
export interface ReaderStudio extends ReadingStudio {
  /** Where the images of a data set lie, for a job that reads them. Errors: `not-found`, `file-corrupt`. */
  datasetFolder(datasetId: string): Promise<{ readonly path: string; readonly sha256: string }>
}

/** One that carries out what a command line may change, by itself or through the owner of its store. */
export interface ChangingStudio extends ReadingStudio {
  invoke<N extends ChangingCommandName>(command: N, input: CommandInput<N>): Promise<Result<CommandOutput<N>>>
  /** What an evaluation predicted of each image, in the bytes of shared/measures/predictions.ts. */
  predictions(evaluationId: string): Uint8Array
}

/**
 * The studio without a window: one open store, its queue and its library behind the commands of shared/protocol/contract.ts.
 * The desktop app and the command line are built on it.
 */
export class Studio {
  readonly events: Emitter<StudioEvents>
  readonly queue: Queue
  /** What somebody who is away wants to know of the queue. */
  readonly queueNotices: QueueNotices
  /** What the user must be told about opening the store, in whole sentences. */
  readonly notices: readonly string[]
  readonly #store: Store
  readonly #tasks: Tasks
  readonly #compressedFiles: CompressedFiles
  readonly #dispatcher: Dispatcher
  readonly #log: Log
  readonly #clock: Clock
  #cancelBackup: () => void = () => {}
  #handover: HandoverServer | undefined

  private constructor(options: ReaderOptions, store: Store) {
    this.#store = store
    this.#log = options.log
    this.#clock = options.clock ?? systemClock
    this.notices = store.notices
    this.events = new Emitter()
    const questions = new ClusterQuestions(this.events)
    const { openCluster = noClusters } = options
    const context: StudioContext = {
      store,
      log: options.log,
      events: this.events,
      clock: this.#clock,
      createHost: options.createHost,
      limits: options.limits ?? defaultLimits,
      diskWaits: options.diskWaits ?? defaultDiskWaits,
      executor: () => ({ ...store.settings.get('executor'), ...options.executor }),
      places: new Places(options.machine ?? thisMachine(), () => store.settings.get('places')),
      archives: options.archives ?? officialArchives,
      openCluster: (config) =>
        openCluster(config, { studio: store.id, clock: this.#clock, log: options.log, questions }),
      clusterWaits: options.clusterWaits ?? defaultClusterWaits,
      writeBytes: options.writeBytes,
    }
    this.#tasks = new Tasks(context)
    this.queue = new Queue(context, () =>
      this.events.emit('clusters-changed', { clusters: clusterRecords(context, this.queue.remote) }),
    )
    this.queueNotices = new QueueNotices(this.events, store.batches)
    const networks = new NetworkLibrary(context, this.#tasks)
    const datasets = new DatasetLibrary(context, this.#tasks)
    const resolveFile = options.resolveFile ?? ((token: string) => token)
    const { resourcesFolder } = options
    const pathOf = (token: string) => networkPathOfToken({ resolveFile, resourcesFolder }, token)
    const expectedTimes = new ExpectedTimes(context)
    const candidates = new Candidates(context, { tasks: this.#tasks, expectedTimes, pathOf })
    const loaderPath = join(resourcesFolder, 'python', loaderFileName)
    this.#compressedFiles = new CompressedFiles(context, {
      tasks: this.#tasks,
      pathOf,
      loaderPath,
    })
    const experiments = experimentHandlers(context, { queue: this.queue, expectedTimes })
    const searches = new Searches(context, {
      tasks: this.#tasks,
      queue: this.queue,
      candidates,
      createExperiment: experiments['experiments.create'],
    })
    const trash = trashHandlers(context, this.queue)
    const versions = { 'NeRN Studio': options.version, Node: process.versions.node, ...options.versions }
    const ownHandlers: Omit<CommandHandlers, DesktopCommandName> = {
      ...studioHandlers(context, this.#tasks, {
        onPlaces: () => this.queue.placesChanged(),
        onCheckpointsKept: () => void this.#removeOldCheckpoints(),
        version: options.version,
        isDemo: options.isDemo ?? false,
        versions: options.versions ?? {},
      }),
      ...libraryHandlers(context, {
        networks,
        datasets,
        tasks: this.#tasks,
        resourcesFolder,
        resolveFile,
      }),
      ...configurationHandlers(context, resolveFile),
      ...candidateHandlers(candidates, searches),
      ...compressedFileHandlers(this.#compressedFiles, resolveFile),
      ...experiments,
      ...batchHandlers(context, {
        queue: this.queue,
        expectedTimes,
        trashExperiments: (ids) => trash['experiments.trash']({ ids: [...ids] }),
      }),
      ...trash,
      ...storeHandlers(context, { tasks: this.#tasks, resolveFile }),
      ...forkHandlers(context, this.queue),
      ...viewHandlers(context),
      ...clusterHandlers(context, { remote: this.queue.remote, questions }),
      ...comparisonHandlers(context, { datasets, versions, resolveFile }),
      ...exportHandlers(context, { tasks: this.#tasks, versions, loaderPath, resolveFile }),
      ...queueHandlers(this.queue, new QueueForecast(context, expectedTimes)),
      ...runHandlers(store, this.queue),
      ...chartHandlers(context, resolveFile),
      ...importanceHandlers(context, this.#tasks),
      ...layerHandlers(context, this.#tasks),
      ...codeHandlers(context, this.#tasks),
    }
    this.#dispatcher = new Dispatcher({
      table: { ...ownHandlers, ...options.desktopHandlers },
      storeFolder: store.layout.folder,
      refusalOf: store.isReadOnly ? (command) => refusalOfReader(command, store.layout.folder) : () => undefined,
      onError: (command, error, thrown) => this.#noteError(command, error, thrown),
    })
  }

  /**
   * Opens a store and puts back into the queue what was running when its last owner ended. Nothing is started before
   * `queue.startDispatching`. Errors: `store-locked`, `store-newer`, `store-corrupt`.
   */
  static async open(options: StudioOptions): Promise<Studio> {
    const { storeFolder, program, clock = systemClock } = options
    const store = await Store.open({ folder: storeFolder, program, clock })
    const studio = new Studio(options, store)
    store.notices.forEach((notice) => options.log('store', 'error', notice))
    studio.queue.recover()
    studio.#scheduleBackup()
    void studio.#removeOldCheckpoints()
    await studio.#takeCommands(options)
    return studio
  }

  /**
   * Opens a store beside whoever owns it, for the commands of `readingCommandNames`; the others answer
   * `store-read-only`. Errors: `store-older`, `store-newer`, `store-corrupt`, `file-unreadable`.
   */
  static openForReading(options: ReaderOptions): Studio {
    const { storeFolder, clock = systemClock } = options
    return new Studio(options, Store.openForReading({ folder: storeFolder, clock }))
  }

  /** One command with its input checked; never throws, and every error is logged once. */
  invoke<N extends CommandName>(command: N, input: CommandInput<N>): Promise<Result<CommandOutput<N>>> {
    return this.#dispatcher.invoke(command, input)
  }

  /** Of the store. */
  get schemaVersion(): number {
    return this.#store.schemaVersion
  }

  /** What an evaluation predicted of each image, in the bytes of shared/measures/predictions.ts. */
  predictions(evaluationId: string): Uint8Array {
    return this.#store.evaluations.predictions(evaluationId).predictions
  }

  /** Path of the stored safetensors file of a network. Read only. */
  networkFile(networkId: string): string {
    const { sha256 } = this.#store.networks.get(networkId)
    return networkPath(this.#store.layout, sha256)
  }

  /** Where the images of a data set lie, for a job that reads them. Errors: `not-found`, `file-corrupt`. */
  datasetFolder(datasetId: string): Promise<{ readonly path: string; readonly sha256: string }> {
    return datasetInput(this.#store, datasetId)
  }

  /** What SQLite finds wrong with the store, or undefined. Reads all of it: for a moment when nobody waits. */
  checkStore(): string | undefined {
    return this.#store.check()
  }

  /** Stops tasks, asks running experiments for a checkpoint (15 s at most), backs up, and lets go of the store. */
  async close(): Promise<void> {
    this.#cancelBackup()
    await Promise.all([this.#handover?.close(), this.queue.close(), this.#tasks.close()])
    await this.#compressedFiles.close()
    if (!this.#store.isReadOnly) await this.#writeManifests()
    await this.#store.close()
  }

  /** Those that a kill kept from being written, or an earlier studio did not write, and those of renamed experiments. */
  async #writeManifests(): Promise<void> {
    try {
      await this.#store.manifests.writeMissing()
      await this.#store.manifests.writeChanged()
    } catch (thrown) {
      this.#log('store', 'warning', `Manifests could not be written: ${toAppError(thrown).message}`)
    }
  }

  /** Those of finished runs that the setting keeps no longer. */
  async #removeOldCheckpoints(): Promise<void> {
    try {
      await letOldCheckpointsGo({ store: this.#store, events: this.events })
    } catch (thrown) {
      this.#log('store', 'warning', `Old checkpoints could not be removed: ${toAppError(thrown).message}`)
    }
  }

  /** What a caller did wrong is only of interest beside something else; a defect needs its stack. */
  #noteError(command: CommandName, error: AppError, thrown: unknown): void {
    const isDefect = error.code === 'internal'
    const detail = isDefect && thrown instanceof Error ? (thrown.stack ?? error.message) : error.message
    this.#log('commands', isDefect ? 'error' : 'info', `${command}: ${error.code}: ${detail}`)
  }

  async #takeCommands({ program, version, tokenOfPath = (path) => path, log }: StudioOptions): Promise<void> {
    this.#handover = await HandoverServer.open({
      layout: this.#store.layout,
      program,
      version,
      // The dispatcher checks the input by the schema of its command.
      invoke: (command, input) => this.#dispatcher.invoke(command, input),
      events: this.events,
      tokenOfPath,
      log,
    })
  }

  #scheduleBackup(): void {
    this.#cancelBackup = this.#clock.after(BACKUP_INTERVAL_MS, () => {
      void this.#writeManifests()
      void this.#removeOldCheckpoints()
      this.#store
        .backup()
        .catch((thrown: unknown) =>
          this.#log('store', 'error', `No backup could be made: ${toAppError(thrown).message}`),
        )
      this.#scheduleBackup()
    })
  }
}

const readingCommands: ReadonlySet<CommandName> = new Set<CommandName>(readingCommandNames)

/** Says so of every command that writes. */
function refusalOfReader(command: CommandName, storeFolder: string): AppError | undefined {
  if (readingCommands.has(command)) return undefined
  return {
    code: 'store-read-only',
    message: `${command} writes, and the store was opened for reading only.`,
    where: storeFolder,
  }
}
