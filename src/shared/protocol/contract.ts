/**
 * Everything a window or the command line can ask of the studio, and everything the studio announces.
 * One table: the IPC router, the preload's `window.api` and the command line are derived from it.
 * A command's input is validated again where it is handled; its output is a `Result`.
 */
import { z } from 'zod'
import { experimentConfigSchema } from '../experiment/experiment-config.ts'
import {
  experimentQueryFields,
  rowFormats,
  type ExperimentPage,
  type FieldValue,
  type FoundExperiments,
} from '../experiment/experiment-query.ts'
import { viewDefinitionSchema, type SavedView } from '../experiment/saved-view.ts'
import { exportFormatSchema, type ExportFormat } from '../package/export-formats.ts'
import { layerEffectsRequestFields, type LayerEffectsRecord } from '../measures/layer-effects.ts'
import { importanceRequestFields } from '../measures/importance.ts'
import { preprocessingChangesSchema } from '../network/preprocessing.ts'
import { splitNameSchema } from '../dataset/split-name.ts'
import { actionIdSchema, type ActionId } from './window-actions.ts'
import { windowMemorySchema, type WindowMemory } from './window-memory.ts'
import { settingsSchema, type Settings } from './settings.ts'
import { empty, fileToken, id, ids, name, taskId } from './fields.ts'
import { batchInputs, type BatchOutputs, type BatchRecord } from './batches.ts'
import { storeCareInputs, type StoreCareOutputs } from './store-care.ts'
import { storeRepairInputs, type StoreRepairOutputs } from './store-repair.ts'
import { executorChoiceSchema, imageImportSchema, networkFileFields } from './trainer-protocol.ts'
import type { Machine } from '../execution/places.ts'
import { knobLimitsSchema } from '../forecast/limits.ts'
import type { FoundCandidates } from '../forecast/found-candidates.ts'
import type { SearchRecord } from '../forecast/search.ts'
import type { NetworkShape, SizeBreakdown } from '../package/accounting.ts'
import type { AccuracyCount, LayerReconstruction } from '../experiment/results.ts'
import { flipsInputFields, subjectSchema, type Comparison, type Confusion, type Flips } from '../measures/comparison.ts'
import type { DatasetPlan } from '../dataset/dataset-plan.ts'
import type { RunCurves } from '../measures/run-curves.ts'
import type { RunTimeline } from '../measures/run-timeline.ts'
import type { ExperimentSummary } from '../experiment/experiment-summary.ts'
import type { ImportanceRecord } from '../measures/importance.ts'
import type { KernelHistory } from './kernel-history.ts'
import type { PreprocessingTrial } from '../network/preprocessing-trial.ts'
import type {
  CheckpointRecord,
  DatasetRecord,
  EvaluationRecord,
  ExperimentRecord,
  ForkRecord,
  KernelPreview,
  LogLine,
  MetricPoint,
  NetworkDetail,
  NetworkRecord,
  RunRecord,
  SplitName,
} from './records.ts'
import type { AppError, Result } from '../basics/result.ts'
import type { RecognisedNetwork, SketchPoint, StateDictChoice } from './trainer-protocol.ts'

export type { Comparison } from '../measures/comparison.ts'
export type { BatchRecord } from './batches.ts'

/** Experiments that can stand side by side. */
export const comparedAtMost = 20
/** Runs whose curves can be laid over each other. */
export const runsInChartsAtMost = 100
/** Of a file of a chart. */
const chartCharactersAtMost = 20_000_000
/** After one step, up to another. */
const stepWindow = z.strictObject({ afterStep: z.int().min(-1), upToStep: z.int().min(0) })
/** A network of the library, or one in a file, with what is said of a file that does not say it itself. */
const networkChoice = z.union([
  z.strictObject({ networkId: id }),
  z.strictObject({ file: fileToken, ...networkFileFields }),
])
export type NetworkChoice = z.infer<typeof networkChoice>

/** Input schema of every command. */
export const commandInputs = {
  'studio.info': empty,
  'studio.settings': empty,
  'studio.update-settings': settingsSchema.partial(),
  'doctor.run': z.strictObject({ probe: z.boolean() }),

  /** What the window remembers of itself: forms left half filled. */
  'window.memory': empty,
  'window.remember': windowMemorySchema,
  /** What can be done now, for the native menus. */
  'window.offer-actions': z.strictObject({ ids: z.array(actionIdSchema).max(200) }),

  'files.pick': z.strictObject({
    kind: z.enum(['network', 'dataset-file', 'dataset-folder', 'export-folder', 'configuration']),
  }),
  /** Where a new file goes; the dialog asks before one is replaced. */
  'files.pick-new': z.strictObject({
    fileName: z.string().min(1).max(255),
    /** By default a compressed network. */
    kind: z.enum(['compressed', 'configuration', 'page', 'rows', 'chart-csv', 'chart-png', 'chart-svg']).optional(),
  }),
  /** Shows a file of a picked folder in the system's file manager. */
  /** Files that came in lately, the newest first. */
  'files.recent': empty,
  'files.forget-recent': empty,
  'files.show': z.strictObject({ folder: fileToken, fileName: z.string().min(1).max(1000) }),

  /** What spectral codes would make of a network at many sizes; nothing is stored. */
  'compressed.sketch': z.strictObject({ taskId, network: networkChoice }),
  /** Codes a network into a temporary file, which takes the place of the one made before. */
  'compressed.make': z.strictObject({ taskId, network: networkChoice, ratio: z.number().min(1).max(1000) }),
  /** Accuracy of the made file and of its original on the first validation images of a data set. */
  'compressed.measure': z.strictObject({ taskId, id, datasetId: id, images: z.int().min(1).max(100_000) }),
  /** Puts the made file where `files.pick-new` said; `withLoader` puts the reader for Python beside it. */
  'compressed.save': z.strictObject({ id, file: fileToken, withLoader: z.boolean() }),

  /** What would keep a network within limits of accuracy and size; the weights are tried, nothing is stored. */
  'candidates.find': z.strictObject({
    taskId,
    network: networkChoice,
    /** Whose images a run would be measured on: for its time, and for what is known of the original. */
    datasetId: id.optional(),
    limits: knobLimitsSchema,
  }),
  /** Runs candidates as experiments until the first is within the limits by the validation split; answers once it has begun. */
  'candidates.search': z.strictObject({ taskId, networkId: id, datasetId: id, limits: knobLimitsSchema }),
  'candidates.searches': empty,
  'candidates.cancel-search': z.strictObject({ id }),

  /** What was taken out of the library and can be put back. */
  'library.trash': empty,
  'networks.list': empty,
  'networks.get': z.strictObject({ id }),
  'networks.import': z.strictObject({
    taskId,
    file: fileToken,
    ...networkFileFields,
    name: name.optional(),
    preprocessing: preprocessingChangesSchema.optional(),
  }),
  /** What an import of this file would store; nothing is stored. */
  'networks.inspect': z.strictObject({
    taskId,
    file: fileToken,
    ...networkFileFields,
    preprocessing: preprocessingChangesSchema.optional(),
  }),
  /** Accuracy under the usual preprocessings, on images spread over the validation split (the test split without one). */
  'networks.try-preprocessings': z.strictObject({
    taskId,
    id,
    datasetId: id,
    /** At most so many images. */
    limit: z.int().min(1).max(100_000),
  }),
  /** The same weights under another preprocessing, as a network of its own. */
  'networks.derive': z.strictObject({
    taskId,
    id,
    preprocessing: preprocessingChangesSchema,
    name: name.optional(),
  }),
  'networks.rename': z.strictObject({ id, name }),
  'networks.trash': z.strictObject({ id }),
  'networks.restore': z.strictObject({ id }),
  /** For good, from the trash. */
  'networks.remove': z.strictObject({ id }),
  'networks.evaluate': z.strictObject({
    taskId,
    id,
    datasetId: id,
    split: splitNameSchema,
    /** Only the first so many images; 0 = all. */
    limit: z.int().min(0),
  }),
  /** Kernels of one represented layer, at most `count`. */
  'networks.kernels': z.strictObject({ id, layer: z.string(), count: z.int().min(1).max(4096) }),

  'datasets.list': empty,
  'datasets.get': z.strictObject({ id }),
  'datasets.import': z.strictObject({
    taskId,
    file: fileToken,
    name: name.optional(),
    images: imageImportSchema.partial().optional(),
    /** True takes a set in whose plan has oddities. */
    accept: z.boolean().optional(),
  }),
  /** What an import of a file or folder would give. */
  'datasets.plan': z.strictObject({
    taskId,
    file: fileToken,
    split: imageImportSchema.shape.split.optional(),
  }),
  'datasets.rename': z.strictObject({ id, name }),
  'datasets.trash': z.strictObject({ id }),
  'datasets.restore': z.strictObject({ id }),
  /** For good, from the trash. */
  'datasets.remove': z.strictObject({ id }),
  /** `count` images of a split from `offset`. */
  'datasets.samples': z.strictObject({
    id,
    split: splitNameSchema,
    offset: z.int().min(0),
    count: z.int().min(1).max(400),
  }),
  /** The images of a split with these indices, in this order. */
  'datasets.images': z.strictObject({ id, split: splitNameSchema, indices: z.array(z.int().min(0)).min(1).max(400) }),

  /** One page of summaries, or all of them. */
  'experiments.list': z.strictObject(experimentQueryFields),
  /** The same as ids only. */
  'experiments.find': z.strictObject(experimentQueryFields),
  /** What columns show: values of fields (`experiment-fields.ts`). */
  'experiments.values': z.strictObject({
    ids: z.array(id).max(100_000),
    fields: z.array(z.string().min(1).max(200)).max(100),
  }),
  'experiments.get': z.strictObject({ id }),
  /** What makes it again. */
  'experiments.recipe': z.strictObject({ id }),
  /** The text of a file that `files.pick` gave; whether it is a configuration, its reader says. */
  'configurations.read': z.strictObject({ file: fileToken }),
  /** Puts a text where `files.pick-new` said. */
  'configurations.write': z.strictObject({ file: fileToken, text: z.string().max(1_000_000) }),
  'experiments.create': z.strictObject({
    name: name.optional(),
    config: experimentConfigSchema,
    networkId: id.optional(),
    datasetId: id,
    /** Where it must run; absent: wherever the settings say when its turn comes. */
    executor: executorChoiceSchema.optional(),
    /** False leaves it a draft. */
    enqueue: z.boolean(),
    /** The experiment whose configuration it began with. */
    clonedFrom: id.optional(),
  }),
  /** An experiment that begins with a checkpoint of a run; what its configuration may change, the method says (docs/forks.md). */
  'experiments.fork': z.strictObject({
    runId: id,
    step: z.int().min(0),
    /** By default that of the run: the fork then does what the run did. */
    config: experimentConfigSchema.optional(),
    name: name.optional(),
    /** False leaves it a draft. */
    enqueue: z.boolean(),
  }),
  /** Another configuration for one that has not run yet; what has run stays what it was run with. */
  'experiments.edit': z.strictObject({
    id,
    name: name.optional(),
    config: experimentConfigSchema,
    networkId: id.optional(),
    datasetId: id,
  }),
  /** How long runs of these configurations would take here, in seconds. */
  'experiments.expected-seconds': z.strictObject({
    configs: z.array(experimentConfigSchema).min(1).max(10_000),
    networkId: id.optional(),
    datasetId: id,
    /** Absent: wherever the settings say. */
    executor: executorChoiceSchema.optional(),
  }),
  'experiments.update': z.strictObject({
    id,
    name: name.optional(),
    tags: z.array(z.string().trim().min(1).max(50)).max(50).optional(),
    notes: z.string().max(100_000).optional(),
    isStarred: z.boolean().optional(),
    isArchived: z.boolean().optional(),
  }),
  /** Writes what a query finds into a file of rows: `fields` are its columns. */
  'experiments.export-rows': z.strictObject({
    ...experimentQueryFields,
    /** Only these, in this order, instead of a query: what is selected, or sorted by a window. */
    ids: z.array(id).max(100_000).optional(),
    fields: z.array(z.string().min(1).max(200)).min(1).max(500),
    format: z.enum(rowFormats),
    /** Of `files.pick-new`. */
    file: fileToken,
  }),
  /** Out of lists and queue; `experiments.restore` brings them back as they were. */
  'experiments.trash': z.strictObject({ ids }),
  /** Out of the trash; those that are only archived become current again. */
  'experiments.restore': z.strictObject({ ids }),
  /** With all files of their runs; only what is in the trash. */
  'experiments.delete-forever': z.strictObject({ ids }),
  'experiments.empty-trash': empty,
  /** Writes what a completed compression gave into a folder; existing files are replaced only when asked to. */
  'experiments.export': z.strictObject({
    taskId,
    id,
    folder: fileToken,
    formats: z.array(exportFormatSchema).min(1),
    replace: z.boolean(),
  }),
  /** Names and exact sizes of everything that an export would write. */
  'experiments.export-sizes': z.strictObject({ taskId, id }),
  /** All that the Compare screen shows; 1 to 20 experiments. */
  'experiments.compare': z.strictObject({ ids: z.array(id).min(1).max(comparedAtMost), split: splitNameSchema }),
  /** The images that only one of two got right. */
  'comparisons.flips': z.strictObject(flipsInputFields),
  'comparisons.confusion': z.strictObject({ subject: subjectSchema, split: splitNameSchema }),
  /** Writes a comparison as one page, or as rows. */
  'comparisons.export': z.strictObject({
    ids: z.array(id).min(1).max(comparedAtMost),
    split: splitNameSchema,
    /** Of the row that differences are from; by default each experiment's own original. */
    baseKey: z.string().min(1).max(300).optional(),
    format: z.enum(['html', 'csv']),
    /** Of `files.pick-new`. */
    file: fileToken,
  }),

  ...batchInputs,
  ...storeCareInputs,
  ...storeRepairInputs,
  'views.list': empty,
  /** A new view, or the one of the id changed; a removed one comes back under its id. */
  'views.save': z.strictObject({ id: id.optional(), name, view: viewDefinitionSchema }),
  'views.remove': z.strictObject({ id }),

  'queue.list': empty,
  'queue.enqueue': z.strictObject({ ids }),
  'queue.pause': z.strictObject({ ids }),
  'queue.resume': z.strictObject({ ids }),
  'queue.cancel': z.strictObject({ ids }),
  'queue.retry': z.strictObject({ ids }),
  /** To `position` (from 1) among the queued. */
  'queue.move': z.strictObject({ id, position: z.int().min(1) }),
  /** Takes everything that waits out of the queue; `queue.restore` of the ids it answers puts it back as it was. */
  'queue.clear': empty,
  /** Before everything that waits now, in this order; those that are no longer cancelled are left as they are. */
  'queue.restore': z.strictObject({ ids }),
  /** When what runs and waits will have ended; the `first` of the waiting are told one by one. */
  'queue.times': z.strictObject({ first: z.int().min(0).max(10_000) }),
  /** Dispatching on or off; running ones go on. */
  'queue.set-active': z.strictObject({ isActive: z.boolean() }),

  'runs.get': z.strictObject({ id }),
  'runs.list': z.strictObject({ experimentId: id }),
  /** Points after `afterStep` (-1 = all), thinned to at most `maxPoints` a metric; without it, every point. */
  'runs.metrics': z.strictObject({ id, afterStep: z.int().min(-1), maxPoints: z.int().min(2).max(100_000).optional() }),
  /** Points of several runs at once, of the named metrics or of all: those between two steps, thinned as `runs.metrics`. */
  'runs.curves': z.strictObject({
    ids: z.array(id).min(1).max(runsInChartsAtMost),
    metrics: z.array(z.string().min(1).max(100)).max(100).optional(),
    window: stepWindow.optional(),
    maxPoints: z.int().min(2).max(20_000),
  }),
  /** A picture of a chart, or its numbers as shown, as a file. */
  'charts.write': z.strictObject({
    file: fileToken,
    content: z.string().max(chartCharactersAtMost),
    /** A picture's bytes are given as base64. */
    encoding: z.enum(['text', 'base64']),
  }),
  /** Every point of these metrics of these runs, as a file of rows. */
  'charts.write-points': z.strictObject({
    ids: z.array(id).min(1).max(runsInChartsAtMost),
    metrics: z.array(z.string().min(1).max(100)).min(1).max(100),
    file: fileToken,
  }),
  'runs.preview': z.strictObject({ id }),
  /** What a run has made of its kernels, step by step: of all layers the errors, of one layer the kernels. */
  'runs.kernels': z.strictObject({ id, layer: z.string().min(1).max(1000).optional() }),
  'runs.log': z.strictObject({ id }),
  'runs.checkpoints': z.strictObject({ id }),
  /** A running one sends a checkpoint after its next step and goes on; `run-checkpoints` announces it. */
  'runs.save-checkpoint': z.strictObject({ id }),
  /** Pruning curves of a completed compression (method 7.1); the store keeps them. */
  'runs.measure-importance': z.strictObject({
    taskId,
    id,
    ...importanceRequestFields,
    scores: importanceRequestFields.scores.optional(),
    fractions: importanceRequestFields.fractions.optional(),
    seeds: importanceRequestFields.seeds.optional(),
  }),
  'runs.importance': z.strictObject({ id }),
  /** What each layer of a completed compression costs (docs/layers.md); what was measured before is answered at once. */
  'runs.measure-layers': z.strictObject({ taskId, id, ...layerEffectsRequestFields }),
  'runs.layers': z.strictObject({ id }),

  'tasks.cancel': z.strictObject({ taskId }),
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

export interface StudioInfo {
  readonly version: string
  readonly storePath: string
  /** Electron, Chromium, Node, SQLite, ONNX Runtime ... `undefined` entries are left out. */
  readonly versions: Readonly<Record<string, string>>
  readonly platform: string
  readonly isDemo: boolean
  readonly machine: Machine
  /** Of the network shipped with the studio: what it would weigh can be said before it is in the store. */
  readonly sampleShape: NetworkShape
}

export interface DoctorEngine {
  readonly executor: string
  readonly provider: string
  readonly status: 'available' | 'unavailable'
  /** Whether anybody ran this combination in the project's own tests. Unverified is never shown as working. */
  readonly isVerified: boolean
  /** Why unavailable, or what is known; and what to do. */
  readonly detail: string
  /** Outcome of the proof run, when asked for. */
  readonly probe?: {
    readonly isPassed: boolean
    readonly deviation: number
    readonly millisecondsPerStep: number
    readonly device: string
    readonly error?: string
  }
}

export interface DoctorReport {
  readonly engines: readonly DoctorEngine[]
  readonly store: {
    readonly path: string
    readonly sizeBytes: number
    readonly schemaVersion: number
    readonly isHealthy: boolean
    readonly detail: string
  }
  readonly system: {
    readonly platform: string
    readonly processor: string
    readonly cores: number
    readonly memoryBytes: number
    readonly freeDiskBytes: number
  }
  readonly versions: Readonly<Record<string, string>>
  /** What could not be tried by the project, in plain sentences. */
  readonly unverified: readonly string[]
}

/** What a network file holds. */
export interface NetworkInspection {
  /** Absent where the file holds several networks and no key says which. */
  readonly recognised?: RecognisedNetwork
  /** The state dicts that a key may name; empty for ONNX. */
  readonly stateDicts: readonly StateDictChoice[]
  /** The network of the library with just this content: an import would give that one. */
  readonly known?: Pick<NetworkRecord, 'id' | 'name'>
}

/** A file that the user chose: its path is nobody's business in a window. */
export interface PickedFile {
  readonly token: string
  readonly fileName: string
}

/** A network in a compressed file that nobody has saved yet. */
export interface CompressedFile {
  readonly id: string
  readonly sizes: SizeBreakdown
  /** ||w - w'|| / ||w|| over all represented weights, as a reader of the file gets them. */
  readonly relativeError: number
  readonly layers: readonly LayerReconstruction[]
  readonly seconds: number
  readonly sizeBytes: number
  readonly sha256: string
}

/** How many of the same validation images the original and the compressed network classify correctly. */
export interface MeasuredFile {
  readonly original: AccuracyCount
  readonly compressed: AccuracyCount
}

/** Networks and data sets in the trash, by name. */
export interface LibraryTrashRecords {
  readonly networks: readonly NetworkRecord[]
  readonly datasets: readonly DatasetRecord[]
}

export interface ImportedNetwork extends NetworkRecord {
  /** False for a network that was in the library already, by content; it keeps its name and origin. */
  readonly isNew: boolean
  /** What was done to the content of this file, a sentence each. */
  readonly notes: readonly string[]
}

export interface ImportedDataset extends DatasetRecord {
  /** False for a data set that was in the library already, by content; it keeps its name. */
  readonly isNew: boolean
}

export interface DatasetDetail {
  readonly record: DatasetRecord
  /** Images a class, per split, in class order. */
  readonly classCounts: Readonly<Record<SplitName, readonly number[]>>
}

export interface DatasetSamples extends DatasetImages {
  readonly offset: number
  readonly count: number
}

export interface DatasetImages {
  /** RGB, row-major HWC, one byte a channel: ready for a canvas. */
  readonly pixels: Uint8Array
  readonly labels: readonly number[]
  readonly height: number
  readonly width: number
}

export interface ExperimentDetail {
  readonly record: ExperimentRecord
  readonly runs: readonly RunRecord[]
  readonly network?: NetworkRecord
  readonly dataset?: DatasetRecord
  /** The experiment it was cloned from, as long as there is one. */
  readonly origin?: Pick<ExperimentRecord, 'id' | 'name'>
  /** The checkpoint of its origin that it begins with. */
  readonly fork?: ForkRecord
  /** Experiments that were cloned or forked from it, outside the trash, in the order in which they were made. */
  readonly descendants: readonly Pick<ExperimentRecord, 'id' | 'name'>[]
}

/** From what an experiment can be made again. */
export interface Recipe {
  /** Its configuration: what differs from the nearest preset. */
  readonly yaml: string
  /** A line for a shell, from the checkout of the studio. */
  readonly command: string
  /** What stands behind `studio` in that line. */
  readonly arguments: readonly string[]
}

export interface ExportSummary {
  /** In the order of the formats asked for; a report is two files. */
  readonly files: readonly { readonly format: ExportFormat; readonly fileName: string; readonly sizeBytes: number }[]
}

/** Which experiments the queue holds, by id: what they are, lists say. */
export interface QueueState {
  readonly isActive: boolean
  /** How many run at once on the processor; any other device has one place. */
  readonly places: number
  readonly running: readonly string[]
  /** In the order in which they will run: the only truth about their positions. */
  readonly waiting: readonly string[]
  readonly paused: readonly string[]
  /** Why nothing starts although the queue is on: the disk of the store. It goes on by itself when that is well again. */
  readonly held?: AppError
}

/** Seconds from now, as far as earlier runs on this machine tell; undefined is not known yet. */
export interface QueueTimes {
  /** Until everything that runs and waits has ended; what is not known counts as nothing. */
  readonly seconds: number
  /** Experiments whose time is not known. */
  readonly unknown: number
  /** In the order of the queue. */
  readonly waiting: readonly {
    readonly id: string
    /** It takes. */
    readonly seconds: number | undefined
    readonly startsIn: number | undefined
    readonly endsIn: number | undefined
  }[]
}

export interface CommandOutputs extends BatchOutputs, StoreCareOutputs, StoreRepairOutputs {
  'studio.info': StudioInfo
  'studio.settings': Settings
  'studio.update-settings': Settings
  'doctor.run': DoctorReport
  'window.memory': WindowMemory
  'window.remember': undefined
  'window.offer-actions': undefined
  /** `undefined` when the user closed the dialog, as of the next. */
  'files.pick': PickedFile | undefined
  'files.pick-new': PickedFile | undefined
  'files.show': undefined
  'files.recent': readonly PickedFile[]
  'files.forget-recent': undefined
  /** Of growing ratio. */
  'compressed.sketch': readonly SketchPoint[]
  'compressed.make': CompressedFile
  'compressed.measure': MeasuredFile
  /** Names of the files that were written, the compressed one first. */
  'compressed.save': { readonly fileNames: readonly string[] }
  'candidates.find': FoundCandidates
  'candidates.search': SearchRecord
  /** Since the studio was opened, newest first. */
  'candidates.searches': readonly SearchRecord[]
  'candidates.cancel-search': SearchRecord
  'library.trash': LibraryTrashRecords
  'networks.list': readonly NetworkRecord[]
  'networks.get': NetworkDetail
  'networks.import': ImportedNetwork
  'networks.inspect': NetworkInspection
  'networks.try-preprocessings': PreprocessingTrial
  'networks.derive': ImportedNetwork
  'networks.rename': NetworkRecord
  'networks.trash': undefined
  'networks.restore': undefined
  'networks.remove': undefined
  'networks.evaluate': EvaluationRecord
  'networks.kernels': {
    readonly kernelShape: readonly [number, number]
    readonly count: number
    readonly kernels: Float32Array
  }
  'datasets.list': readonly DatasetRecord[]
  'datasets.get': DatasetDetail
  'datasets.import': ImportedDataset
  'datasets.plan': DatasetPlan
  'datasets.rename': DatasetRecord
  'datasets.trash': undefined
  'datasets.restore': undefined
  'datasets.remove': undefined
  'datasets.samples': DatasetSamples
  'datasets.images': DatasetImages
  'experiments.list': ExperimentPage
  'experiments.find': FoundExperiments
  /** By field, in the order of the ids; null where an experiment has none. */
  'experiments.values': Readonly<Record<string, readonly FieldValue[]>>
  'experiments.get': ExperimentDetail
  'experiments.recipe': Recipe
  'configurations.read': { readonly fileName: string; readonly text: string }
  'configurations.write': undefined
  'experiments.create': ExperimentRecord
  'experiments.fork': ExperimentRecord
  'experiments.edit': ExperimentRecord
  /** In the order of the configurations; undefined where a part was never measured on this machine. */
  'experiments.expected-seconds': readonly (number | undefined)[]
  'experiments.update': ExperimentSummary
  'experiments.export-rows': { readonly rows: number }
  'experiments.trash': undefined
  'experiments.restore': undefined
  'experiments.delete-forever': undefined
  'experiments.empty-trash': { readonly count: number }
  'experiments.export': ExportSummary
  'experiments.export-sizes': ExportSummary
  'experiments.compare': Comparison
  'batches.pause': QueueState
  'batches.resume': QueueState
  'batches.cancel': QueueState
  'batches.retry': QueueState
  /** By name. */
  'views.list': readonly SavedView[]
  'views.save': SavedView
  'views.remove': undefined
  'comparisons.flips': Flips
  'comparisons.confusion': Confusion
  'comparisons.export': undefined
  'queue.list': QueueState
  'queue.enqueue': QueueState
  'queue.pause': QueueState
  'queue.resume': QueueState
  'queue.cancel': QueueState
  'queue.retry': QueueState
  'queue.move': QueueState
  'queue.clear': { readonly ids: readonly string[]; readonly state: QueueState }
  'queue.restore': QueueState
  'queue.times': QueueTimes
  'queue.set-active': QueueState
  'runs.get': RunRecord
  'runs.list': readonly RunRecord[]
  'runs.metrics': readonly MetricPoint[]
  /** In the order of the ids. */
  'runs.curves': readonly RunCurves[]
  'charts.write': undefined
  'charts.write-points': undefined
  /** One entry a represented layer, in the network's order; empty before the first preview. */
  'runs.preview': readonly KernelPreview[]
  'runs.kernels': KernelHistory
  'runs.log': readonly LogLine[]
  'runs.checkpoints': readonly CheckpointRecord[]
  'runs.save-checkpoint': undefined
  'runs.measure-importance': ImportanceRecord
  /** Newest first. */
  'runs.importance': readonly ImportanceRecord[]
  'runs.measure-layers': LayerEffectsRecord
  /** Of the package of the run, newest first. */
  'runs.layers': readonly LayerEffectsRecord[]
  'tasks.cancel': undefined
}
export type CommandOutput<N extends CommandName> = CommandOutputs[N]

/** Implemented by `Studio` (src/main/studio.ts); those of `DesktopCommandName` only by the desktop app. */
export type CommandHandlers = {
  readonly [N in CommandName]: (input: CommandInput<N>) => Promise<CommandOutput<N>>
}

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

/** What the preload exposes as `window.api`. */
export interface StudioApi {
  invoke<N extends CommandName>(command: N, input: CommandInput<N>): Promise<Result<CommandOutput<N>>>
  /** Returns the function that unsubscribes. */
  on<E extends EventName>(event: E, listener: (payload: StudioEvents[E]) => void): () => void
  /** Token of a file dropped on the window; the page never sees a path. */
  tokenForFile(file: unknown): Promise<Result<{ readonly token: string; readonly fileName: string }>>
}
