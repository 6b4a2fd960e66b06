import type { SortKey } from './experiment-rows.ts'

export interface Column {
  readonly key: SortKey
  readonly title: string
  /** What exactly the number is. */
  readonly explanation: string
  readonly isNumber: boolean
  /** CSS width in a table of fixed layout; undefined takes the rest. */
  readonly width?: string
}

export const columns: readonly Column[] = [
  { key: 'name', title: 'Name', explanation: 'Name and tags', isNumber: false },
  { key: 'status', title: 'Status', explanation: 'State in the queue, and progress', isNumber: false, width: '150px' },
  {
    key: 'network',
    title: 'Network',
    explanation: 'The original, or what is trained',
    isNumber: false,
    width: '170px',
  },
  { key: 'hiddenSize', title: 'Hidden', explanation: 'Hidden size of the predictor', isNumber: true, width: '84px' },
  { key: 'accuracy', title: 'Accuracy', explanation: 'On the test split', isNumber: true, width: '94px' },
  {
    key: 'difference',
    title: 'To original',
    explanation: 'Reconstructed minus original accuracy on the test split, in percentage points',
    isNumber: true,
    width: '104px',
  },
  {
    key: 'ratio',
    title: 'Ratio',
    explanation: 'Original bytes over the bytes of all parts',
    isNumber: true,
    width: '78px',
  },
  { key: 'totalBytes', title: 'Size', explanation: 'Bytes of all parts', isNumber: true, width: '92px' },
  { key: 'seconds', title: 'Time', explanation: 'Training time of the last run', isNumber: true, width: '106px' },
  { key: 'createdAt', title: 'Created', explanation: 'When it was made', isNumber: true, width: '112px' },
]
