import { createContext } from 'svelte'
import type { CommandInput, CommandName, CommandOutput, StudioApi } from '#shared/protocol/contract.ts'
import type { PickedFile } from '#shared/protocol/commands/files.ts'
import type { StudioInfo } from '#shared/protocol/commands/studio.ts'
import type { Result } from '#shared/basics/result.ts'
import { WindowBatches } from './batches.svelte.ts'
import { ask } from './client.ts'
import { WindowClusters } from './clusters.svelte.ts'
import { ChartsState } from './charts.svelte.ts'
import { WindowClock } from './clock.svelte.ts'
import { ExperimentsTableState } from './experiments-table.svelte.ts'
import { ExperimentValues } from './experiment-values.svelte.ts'
import { WindowExperiments } from './experiments.svelte.ts'
import { Imports } from './imports.svelte.ts'
import { Library } from './library.svelte.ts'
import { PageActions } from './page-actions.svelte.ts'
import { WindowRecentFiles } from './recent-files.svelte.ts'
import { Memory } from './memory.svelte.ts'
import { Preferences } from './preferences.svelte.ts'
import { WindowQueue } from './queue.svelte.ts'
import { Resource } from './resource.svelte.ts'
import { Router } from './router.svelte.ts'
import { stateTexts } from './texts.ts'
import { WindowSearches } from './searches.svelte.ts'
import { WindowTasks } from './tasks.svelte.ts'
import { Toasts } from './toasts.svelte.ts'
import { WindowTrash } from './trash.svelte.ts'
import { WindowUndo } from './undo.svelte.ts'
import { WindowViews } from './views.svelte.ts'
import { WindowPlace } from './window-place.svelte.ts'

/** The studio as one window sees it: what it knows, and the ways to ask for more. */
export class WindowStudio {
  readonly api: StudioApi
  readonly router = new Router()
  readonly toasts = new Toasts()
  readonly clock = new WindowClock()
  readonly charts = new ChartsState()
  readonly table = new ExperimentsTableState()
  readonly undo = new WindowUndo(this.toasts)
  readonly tasks: WindowTasks
  readonly library: Library
  readonly experiments: WindowExperiments
  readonly batches: WindowBatches
  readonly clusters: WindowClusters
  readonly values: ExperimentValues
  readonly trash: WindowTrash
  readonly views: WindowViews
  readonly queue: WindowQueue
  readonly preferences: Preferences
  readonly imports: Imports
  readonly memory: Memory
  readonly place: WindowPlace
  readonly recentFiles: WindowRecentFiles
  /** What the page in view offers to do. */
  readonly pageActions = new PageActions()
  readonly searches: WindowSearches
  readonly info: Resource<StudioInfo>
  readonly #unsubscribe: () => void
  isPaletteOpen = $state(false)
  isHelpOpen = $state(false)

  constructor(api: StudioApi) {
    this.api = api
    this.tasks = new WindowTasks(api)
    this.library = new Library(api)
    this.experiments = new WindowExperiments(api)
    this.batches = new WindowBatches(api, this.experiments)
    this.clusters = new WindowClusters(api)
    this.values = new ExperimentValues(api)
    this.trash = new WindowTrash(api)
    this.views = new WindowViews(api)
    this.queue = new WindowQueue(api, this.experiments)
    this.preferences = new Preferences(api)
    this.imports = new Imports(api, this.tasks, this.toasts, this.router)
    this.memory = new Memory(api, this.toasts)
    this.place = new WindowPlace(this.memory, this.router, this.table)
    this.recentFiles = new WindowRecentFiles(api, this.toasts)
    this.searches = new WindowSearches(api)
    this.info = new Resource(() => ask(api, 'studio.info', {}))
    const unsubscribe = [
      api.on('place-requested', (place) => this.router.open(place)),
      api.on('files-opened', ({ files }) => this.#openFiles(files)),
    ]
    this.#unsubscribe = () => unsubscribe.forEach((end) => end())
  }

  /** Of the system: its keys have other names. */
  get isMac(): boolean {
    return this.info.value?.platform.startsWith('Darwin') ?? false
  }

  async load(): Promise<void> {
    await Promise.all([
      this.preferences.settings.load(),
      this.info.load(),
      this.memory.load().then(() => this.place.comeBack()),
      this.recentFiles.load(),
      this.library.load(),
      this.experiments.list.load(),
      this.batches.list.load(),
      this.queue.state.load(),
    ])
  }

  ask<N extends CommandName>(command: N, input: CommandInput<N>): Promise<Result<CommandOutput<N>>> {
    return ask(this.api, command, input)
  }

  /** Asks for an action; a failure is told in a toast under `title` and answers undefined. */
  async act<N extends CommandName>(
    title: string,
    command: N,
    input: CommandInput<N>,
  ): Promise<{ readonly value: CommandOutput<N> } | undefined> {
    const result = await this.ask(command, input)
    if (result.ok) return { value: result.value }
    this.toasts.fail(title, result.error)
    return undefined
  }

  /** One dialog asks about one file; the names of the others are told. */
  #openFiles([first, ...others]: readonly PickedFile[]): void {
    if (first === undefined) return
    if (others.length > 0) this.toasts.inform(stateTexts.oneFile, stateTexts.oneFileText(first.fileName, others.length))
    this.imports.open(first)
  }

  dispose(): void {
    this.#unsubscribe()
    for (const part of [
      this.memory,
      this.recentFiles,
      this.searches,
      this.preferences,
      this.queue,
      this.batches,
      this.clusters,
      this.experiments,
      this.trash,
      this.views,
      this.library,
      this.tasks,
      this.clock,
      this.toasts,
    ]) {
      part.dispose()
    }
  }
}

export const [getStudio, setStudio] = createContext<WindowStudio>()
