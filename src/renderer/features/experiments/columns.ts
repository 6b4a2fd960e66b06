import type { SortKey } from './experiment-rows.ts'

export interface ExperimentColumn {
  readonly key: SortKey
  readonly title: string
  /** What exactly the number is. */
  readonly explanation: string
  readonly isNumber: boolean
  /** In CSS pixels; undefined takes the rest. */
  readonly width?: number
  /** Shown only where the table is at least this wide: names must stay readable in small windows. */
  readonly fromWidth: number
}

const columns: readonly ExperimentColumn[] = [
  { key: 'name', title: 'Name', explanation: 'Name and tags', isNumber: false, fromWidth: 0 },
  {
    key: 'status',
    title: 'Status',
    explanation: 'State in the queue, and progress',
    isNumber: false,
    width: 142,
    fromWidth: 0,
  },
  {
    key: 'network',
    title: 'Network',
    explanation: 'The original, or what is trained',
    isNumber: false,
    width: 170,
    fromWidth: 1150,
  },
  {
    key: 'dataset',
    title: 'Data set',
    explanation: 'Images for training and measuring',
    isNumber: false,
    width: 110,
    fromWidth: 1400,
  },
  {
    key: 'hiddenSize',
    title: 'Hidden size',
    explanation: 'Width of the predictor, in units',
    isNumber: true,
    width: 92,
    fromWidth: 820,
  },
  {
    key: 'accuracy',
    title: 'Test accuracy',
    explanation: 'Of the reconstructed or trained network, on the test split',
    isNumber: true,
    width: 114,
    fromWidth: 0,
  },
  {
    key: 'difference',
    title: 'Difference',
    explanation: 'Reconstructed minus original accuracy on the test split, in percentage points',
    isNumber: true,
    width: 106,
    fromWidth: 0,
  },
  {
    key: 'ratio',
    title: 'Ratio',
    explanation: 'Original bytes over the bytes of all parts',
    isNumber: true,
    width: 70,
    fromWidth: 0,
  },
  { key: 'totalBytes', title: 'Size', explanation: 'Bytes of all parts', isNumber: true, width: 82, fromWidth: 1080 },
  {
    key: 'seconds',
    title: 'Time',
    explanation: 'Training time of the last run',
    isNumber: true,
    width: 104,
    fromWidth: 1260,
  },
  { key: 'createdAt', title: 'Created', explanation: 'When it was made', isNumber: true, width: 116, fromWidth: 940 },
]

/** The columns a table of `width` pixels has room for. */
export function columnsFor(width: number): readonly ExperimentColumn[] {
  return columns.filter(({ fromWidth }) => fromWidth <= width)
}
