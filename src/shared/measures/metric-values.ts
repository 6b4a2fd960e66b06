/** Values of the metrics of shared/measures/metrics.ts as people read them. */
import { formatNumber } from '../basics/format.ts'
import type { MetricDefinition } from './metrics.ts'

interface ShownUnit {
  /** What a stored value is multiplied by to be in this unit. */
  readonly factor: number
  /** Behind the number. */
  readonly suffix: string
}

export const shownUnits: Readonly<Record<MetricDefinition['unit'], ShownUnit>> = {
  loss: { factor: 1, suffix: '' },
  number: { factor: 1, suffix: '' },
  fraction: { factor: 100, suffix: ' %' },
  percent: { factor: 1, suffix: ' %' },
  bits: { factor: 1, suffix: ' bits' },
  bytes: { factor: 1 / 2 ** 20, suffix: ' MiB' },
  'steps/s': { factor: 1, suffix: ' steps/s' },
}

/** A value that is in its shown unit already, to four digits: `91.73 %`, `402.5 MiB`, `52.37 steps/s`. */
export function formatShownValue(value: number, { suffix }: ShownUnit): string {
  return `${formatNumber(value)}${suffix}`
}
