/**
 * Everything a window or the command line can ask of the studio: one table, joined from those of `commands/`. The IPC router,
 * the preload's `window.api` and the command line are derived from it; what the studio announces stands in events.ts.
 * A command's input is validated again where it is handled; its output is a `Result`.
 */
import type { z } from 'zod'
import type { Result } from '../basics/result.ts'
import { batchInputs, type BatchOutputs } from './commands/batches.ts'
import { candidateInputs, type CandidateOutputs } from './commands/candidates.ts'
import { chartInputs, type ChartOutputs } from './commands/charts.ts'
import { clusterInputs, type ClusterOutputs } from './commands/clusters.ts'
import { comparisonInputs, type ComparisonOutputs } from './commands/comparisons.ts'
import { compressedFileInputs, type CompressedFileOutputs } from './commands/compressed-files.ts'
import { datasetInputs, type DatasetOutputs } from './commands/datasets.ts'
import { experimentSearchInputs, type ExperimentSearchOutputs } from './commands/experiment-search.ts'
import { experimentInputs, type ExperimentOutputs } from './commands/experiments.ts'
import { exportInputs, type ExportOutputs } from './commands/exports.ts'
import { fileInputs, type FileOutputs } from './commands/files.ts'
import { libraryInputs, type LibraryOutputs } from './commands/library.ts'
import { networkInputs, type NetworkOutputs } from './commands/networks.ts'
import { queueInputs, type QueueOutputs } from './commands/queue.ts'
import { runInputs, type RunOutputs } from './commands/runs.ts'
import { storeCareInputs, type StoreCareOutputs } from './commands/store-care.ts'
import { storeRepairInputs, type StoreRepairOutputs } from './commands/store-repair.ts'
import { studioInputs, type StudioOutputs } from './commands/studio.ts'
import { viewInputs, type ViewOutputs } from './commands/views.ts'
import { windowInputs, type WindowOutputs } from './commands/window.ts'
import type { EventName, StudioEvents } from './events.ts'

/** Input schema of every command. */
export const commandInputs = {
  ...studioInputs,
  ...windowInputs,
  ...fileInputs,
  ...compressedFileInputs,
  ...candidateInputs,
  ...libraryInputs,
  ...networkInputs,
  ...datasetInputs,
  ...experimentInputs,
  ...experimentSearchInputs,
  ...exportInputs,
  ...comparisonInputs,
  ...viewInputs,
  ...queueInputs,
  ...runInputs,
  ...chartInputs,
  ...batchInputs,
  ...clusterInputs,
  ...storeCareInputs,
  ...storeRepairInputs,
} as const satisfies Record<string, z.ZodType>

export type CommandName = keyof typeof commandInputs
/** Commands that need a desktop: a window's dialogs, its menus and the system's file manager. */
export type DesktopCommandName =
  | 'files.pick'
  | 'files.pick-new'
  | 'files.show'
  | 'files.recent'
  | 'files.forget-recent'
  | 'window.offer-actions'
  | keyof StoreRepairOutputs
export const commandNames = Object.keys(commandInputs) as readonly CommandName[]
export type CommandInput<N extends CommandName> = z.infer<(typeof commandInputs)[N]>

export interface CommandOutputs
  extends
    StudioOutputs,
    WindowOutputs,
    FileOutputs,
    CompressedFileOutputs,
    CandidateOutputs,
    LibraryOutputs,
    NetworkOutputs,
    DatasetOutputs,
    ExperimentOutputs,
    ExperimentSearchOutputs,
    ExportOutputs,
    ComparisonOutputs,
    ViewOutputs,
    QueueOutputs,
    RunOutputs,
    ChartOutputs,
    BatchOutputs,
    ClusterOutputs,
    StoreCareOutputs,
    StoreRepairOutputs {}
export type CommandOutput<N extends CommandName> = CommandOutputs[N]

/** Implemented by `Studio` (src/main/studio.ts); those of `DesktopCommandName` only by the desktop app. */
export type CommandHandlers = {
  readonly [N in CommandName]: (input: CommandInput<N>) => Promise<CommandOutput<N>>
}

/** What the preload exposes as `window.api`. */
export interface StudioApi {
  invoke<N extends CommandName>(command: N, input: CommandInput<N>): Promise<Result<CommandOutput<N>>>
  /** Returns the function that unsubscribes. */
  on<E extends EventName>(event: E, listener: (payload: StudioEvents[E]) => void): () => void
  /** Token of a file dropped on the window; the page never sees a path. */
  tokenForFile(file: unknown): Promise<Result<{ readonly token: string; readonly fileName: string }>>
}
