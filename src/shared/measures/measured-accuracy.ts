/** An accuracy with what is uncertain about it. */
import type { AccuracyCount } from '../experiment/results.ts'
import { wilsonInterval, type Interval } from './statistics.ts'
import { top5Accuracy } from './top-5.ts'

export interface MeasuredAccuracy {
  readonly correct: number
  /** In [0, 1]; absent where it was not measured. */
  readonly top5: number | undefined
  readonly total: number
  /** correct / total, in [0, 1]. */
  readonly accuracy: number
  /** 95 % Wilson interval. */
  readonly interval: Interval
}

export function measured(count: AccuracyCount): MeasuredAccuracy {
  const { correct, total } = count
  return {
    correct,
    top5: top5Accuracy(count),
    total,
    accuracy: total === 0 ? NaN : correct / total,
    interval: wilsonInterval(correct, total),
  }
}
