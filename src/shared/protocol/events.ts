/** Everything the studio announces. */
import type { ExperimentSummary } from '../experiment/experiment-summary.ts'
import type { SavedView } from '../experiment/saved-view.ts'
import type { SearchRecord } from '../forecast/search.ts'
import type { RunTimeline } from '../measures/run-timeline.ts'
import type { BatchRecord } from './commands/batches.ts'
import type { ClusterCheck, ClusterQuestion, ClusterRecord } from './commands/clusters.ts'
import type { PickedFile } from './commands/files.ts'
import type { QueueState } from './commands/queue.ts'
import type {
  CheckpointRecord,
  DatasetRecord,
  KernelPreview,
  LogLine,
  MetricPoint,
  NetworkRecord,
  RunRecord,
} from './records.ts'
import type { Settings } from './settings.ts'
import type { ActionId } from './window-actions.ts'

export interface TaskProgress {
  readonly taskId: string
  readonly title: string
  readonly done: number
  /** 0 = unknown. */
  readonly total: number
}

/** A place of the studio that something outside the window can ask it to show. */
export type Place =
  | {
      readonly name:
        'home' | 'networks' | 'datasets' | 'new-experiment' | 'experiments' | 'queue' | 'doctor' | 'settings'
    }
  /** The quick compression, of a network of the library or of one that is still to be chosen. */
  | { readonly name: 'compress-network'; readonly networkId?: string }
  | { readonly name: 'network' | 'dataset' | 'batch'; readonly id: string }
  | { readonly name: 'run'; readonly experimentId: string }
  | { readonly name: 'compare'; readonly ids: readonly string[] }

/**
 * What the studio announces: what lists show, complete, so that a window that has read them once needs no second question
 * to be right. An experiment that was never announced as removed and is not known yet is new.
 */
export interface StudioEvents {
  'experiment-changed': ExperimentSummary
  /** Gone from lists: to the trash, or for good. One that is restored is announced as changed. */
  'experiments-removed': { readonly ids: readonly string[] }
  /** All that there are, newest first; how far one is, its experiments say. */
  'batches-changed': { readonly batches: readonly BatchRecord[] }
  /** How many experiments are in the trash now. */
  'trash-changed': { readonly count: number }
  /** Who waits where. What else changed of an experiment, `experiment-changed` says. */
  'queue-changed': QueueState
  /** What was measured since the last announcement: of very many points those that keep the picture, the store has all. */
  'run-metrics': { readonly runId: string; readonly run: RunRecord; readonly points: readonly MetricPoint[] }
  /** A phase has begun, or training has gone on after a pause; replaces the timeline before it. */
  'run-timeline': { readonly runId: string; readonly timeline: RunTimeline }
  /** Every represented layer; replaces the previews before it. */
  'run-preview': { readonly runId: string; readonly previews: readonly KernelPreview[] }
  /** One more step of `runs.kernels`. */
  'run-kernels': { readonly runId: string; readonly step: number }
  'run-log': { readonly runId: string; readonly line: LogLine }
  /** All that are kept of a run, newest first. */
  'run-checkpoints': { readonly runId: string; readonly checkpoints: readonly CheckpointRecord[] }
  /** All of them; a cluster that is busy is announced some times a second. */
  'clusters-changed': { readonly clusters: readonly ClusterRecord[] }
  /** The steps of a check so far. */
  'cluster-checked': ClusterCheck
  /** ssh asks something, because a person wants to connect. */
  'cluster-asked': ClusterQuestion
  /** A question that needs no answer any more. */
  'cluster-question-ended': { readonly questionId: string }
  'library-changed': { readonly networks: readonly NetworkRecord[]; readonly datasets: readonly DatasetRecord[] }
  'search-changed': SearchRecord
  'task-progress': TaskProgress
  'settings-changed': Settings
  /** All of them. */
  'views-changed': readonly SavedView[]
  /** The menu or the demo asks the window to show a place; sent by the desktop app only. */
  'place-requested': Place
  /** A native menu asks for an action; sent by the desktop app only. */
  'action-requested': { readonly id: ActionId }
  'recent-files-changed': { readonly files: readonly PickedFile[] }
  /** The system gave the studio files to open; sent by the desktop app only. */
  'files-opened': { readonly files: readonly PickedFile[] }
}

export type EventName = keyof StudioEvents

export const eventNames = [
  'experiment-changed',
  'experiments-removed',
  'batches-changed',
  'trash-changed',
  'queue-changed',
  'run-metrics',
  'run-timeline',
  'run-preview',
  'run-kernels',
  'run-log',
  'run-checkpoints',
  'clusters-changed',
  'cluster-checked',
  'cluster-asked',
  'cluster-question-ended',
  'library-changed',
  'search-changed',
  'task-progress',
  'settings-changed',
  'views-changed',
  'place-requested',
  'action-requested',
  'recent-files-changed',
  'files-opened',
] as const satisfies readonly EventName[]
