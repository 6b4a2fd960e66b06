import { thisComputer } from '#shared/experiment/filter/experiment-fields.ts'
import {
  formatAge,
  formatBytes,
  formatDuration,
  formatExactBytes,
  formatFixed,
  formatPercent,
  formatRatio,
  formatTime,
} from '../../format/format.ts'
import type { ExperimentRow } from './experiment-rows.ts'
import { experimentsTexts } from './texts.ts'

export type CellValue = string | number

/** A column that the table can show, sort and group by. */
export interface TableColumn {
  /** The field's, as a filter names it. */
  readonly id: string
  /** Heading in the list of all columns. */
  readonly section: string
  readonly title: string
  /** What exactly the value is. */
  readonly explanation: string
  readonly isNumber: boolean
  /** In CSS pixels, before anybody resizes it. */
  readonly width: number
  /** Of the usual columns: shown where the table is at least this wide. */
  readonly fromWidth?: number
  /** Undefined where a row has none: such rows come last in both directions. */
  readonly valueOf: (row: ExperimentRow) => CellValue | undefined
  readonly textOf: (value: CellValue, nowMs: number) => string
  /** Said when the cell is pointed at, where it is more than the text. */
  readonly detailOf?: (value: CellValue) => string
  /** What rows of a group have in common, where that is not the value itself. */
  readonly groupOf?: (value: CellValue) => string
  /** Numbers without a mean that says anything, like times of day. */
  readonly hasNoMean?: boolean
}

const number = (format: (value: number) => string) => (value: CellValue) => format(Number(value))

const own: readonly Omit<TableColumn, 'section'>[] = [
  {
    id: 'name',
    title: 'Name',
    explanation: 'Name and tags',
    isNumber: false,
    width: 200,
    fromWidth: 0,
    valueOf: ({ experiment }) => experiment.name,
    textOf: String,
  },
  {
    id: 'status',
    title: 'Status',
    explanation: 'State in the queue, and progress',
    isNumber: false,
    width: 138,
    fromWidth: 0,
    valueOf: ({ experiment }) => experiment.status,
    textOf: String,
  },
  {
    id: 'accuracy',
    title: 'Test accuracy',
    explanation: 'Of the reconstructed or trained network, on the test split',
    isNumber: true,
    width: 108,
    fromWidth: 0,
    valueOf: ({ outcome }) => outcome.accuracy,
    textOf: number(formatPercent),
  },
  {
    id: 'drop',
    title: 'Drop',
    explanation: 'Original minus reconstructed accuracy on the test split, in percentage points',
    isNumber: true,
    width: 104,
    fromWidth: 720,
    valueOf: ({ outcome: { difference } }) => (difference === undefined ? undefined : 0 - difference),
    textOf: number((drop) => `${formatFixed(100 * drop, 2)} points`),
  },
  {
    id: 'size',
    title: 'Size',
    explanation: 'Bytes of all parts',
    isNumber: true,
    width: 92,
    fromWidth: 760,
    valueOf: ({ outcome }) => outcome.totalBytes,
    textOf: number(formatBytes),
    detailOf: number(formatExactBytes),
  },
  {
    id: 'ratio',
    title: 'Ratio',
    explanation: 'Original bytes over the bytes of all parts',
    isNumber: true,
    width: 76,
    fromWidth: 0,
    valueOf: ({ outcome }) => outcome.ratio,
    textOf: number(formatRatio),
  },
  {
    id: 'seconds',
    title: 'Time',
    explanation: 'Training time of the last run',
    isNumber: true,
    width: 104,
    fromWidth: 1260,
    valueOf: ({ outcome }) => outcome.seconds,
    textOf: number(formatDuration),
  },
  {
    id: 'config.predictor.hiddenSize',
    title: 'Hidden size',
    explanation: 'Width of the predictor, in units',
    isNumber: true,
    width: 104,
    fromWidth: 1360,
    valueOf: ({ hiddenSize }) => hiddenSize,
    textOf: String,
  },
  {
    id: 'network',
    title: 'Network',
    explanation: 'The original, or what is trained',
    isNumber: false,
    width: 170,
    fromWidth: 1150,
    valueOf: ({ networkName }) => nonEmpty(networkName),
    textOf: String,
  },
  {
    id: 'dataset',
    title: 'Data set',
    explanation: 'Images for training and measuring',
    isNumber: false,
    width: 120,
    fromWidth: 1500,
    valueOf: ({ datasetName }) => nonEmpty(datasetName),
    textOf: String,
  },
  {
    id: 'place',
    title: 'Place',
    explanation: 'Where it is to run: this computer, or a cluster',
    isNumber: false,
    width: 120,
    valueOf: ({ experiment }) => experiment.place ?? thisComputer,
    textOf: String,
  },
  {
    id: 'tags',
    title: 'Tags',
    explanation: 'Words that somebody gave it',
    isNumber: false,
    width: 170,
    valueOf: ({ experiment }) => nonEmpty(experiment.tags.join(', ')),
    textOf: String,
  },
  {
    id: 'created',
    title: 'Created',
    explanation: 'When it was made',
    isNumber: true,
    width: 116,
    fromWidth: 960,
    valueOf: ({ experiment }) => experiment.createdAt,
    textOf: (value, nowMs) => formatAge(String(value), nowMs),
    detailOf: (value) => formatTime(String(value)),
    groupOf: (value) => String(value).slice(0, 10),
    hasNoMean: true,
  },
  {
    id: 'updated',
    title: 'Changed',
    explanation: 'When somebody or the queue last changed it',
    isNumber: true,
    width: 116,
    valueOf: ({ experiment }) => experiment.updatedAt,
    textOf: (value, nowMs) => formatAge(String(value), nowMs),
    detailOf: (value) => formatTime(String(value)),
    groupOf: (value) => String(value).slice(0, 10),
    hasNoMean: true,
  },
]

/** What the list of experiments itself says. */
export const ownColumns: readonly TableColumn[] = own.map((column) => ({
  section: experimentsTexts.experimentSection,
  ...column,
}))

/** Ids of the columns that a table of `width` pixels has room for, where nobody chose any. */
export function usualColumns(width: number): readonly string[] {
  return ownColumns.filter(({ fromWidth }) => fromWidth !== undefined && fromWidth <= width).map(({ id }) => id)
}

function nonEmpty(text: string): string | undefined {
  return text === '' ? undefined : text
}
