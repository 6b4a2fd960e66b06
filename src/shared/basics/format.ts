/**
 * Numbers as people read them, in windows, reports and on the command line: the same thing looks the same everywhere.
 * Sizes are the one exception: a window rounds them (`formatBytes`, `byteColumn`) and has the exact count in a tooltip, a
 * terminal and a report, which have none, give it at once (`formatExactBytes`).
 */
import type { Interval } from '../measures/statistics.ts'

/** A thin placeholder for what is not known (yet). */
export const unknown = '–'

const byteUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const

/** `1,536` -> `1.50 KiB`; binary units, the exact count is for the tooltip (`formatExactBytes`). */
export function formatBytes(bytes: number): string {
  if (!Number.isFinite(bytes)) return unknown
  let value = bytes
  let unit = 0
  while (Math.abs(value) >= 1024 && unit < byteUnits.length - 1) {
    value /= 1024
    unit++
  }
  const digits = unit === 0 || Math.abs(value) >= 100 ? 0 : 2
  return `${value.toFixed(digits)} ${byteUnits[unit] ?? ''}`
}

/**
 * Formats the bytes of one column in one unit with the same digits, so that they can be compared by eye: the largest
 * unit in which the largest of `values` is at least 10.
 */
export function byteColumn(values: readonly number[]): (bytes: number) => string {
  const largest = Math.max(0, ...values.filter(Number.isFinite))
  const unit = byteUnits.findLastIndex((_, power) => power === 0 || largest >= 10 * 1024 ** power)
  const name = byteUnits[unit] ?? ''
  const digits = unit === 0 ? 0 : 1
  return (bytes) => {
    if (!Number.isFinite(bytes)) return unknown
    const value = bytes / 1024 ** unit
    // A part that is there never reads as nothing.
    if (value > 0 && value < 0.05) return `< 0.1 ${name}`
    return `${value.toLocaleString('en', { minimumFractionDigits: digits, maximumFractionDigits: digits })} ${name}`
  }
}

/** `12,345 bytes`: sizes are the point of this program. */
export function formatExactBytes(bytes: number): string {
  return `${formatCount(bytes)} bytes`
}

const counts = new Intl.NumberFormat('en')

/** `29744` -> `29,744`. */
export function formatCount(count: number): string {
  return Number.isFinite(count) ? counts.format(Math.round(count)) : unknown
}

/** `3 images`, `1 image`: `noun` in the singular, regular plurals only. */
export function formatAmount(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`
}

/** The first `most` of them, and how many more there are: `cat, dog and 8 more`. */
export function formatFirst(items: readonly string[], most: number): string {
  const more = items.length - most
  return items.slice(0, most).join(', ') + (more > 0 ? ` and ${formatCount(more)} more` : '')
}

/** A fraction as a percentage: `0.9173` -> `91.73 %`. */
export function formatPercent(fraction: number, digits = 2): string {
  return Number.isFinite(fraction) ? `${(100 * fraction).toFixed(digits)} %` : unknown
}

/** An interval of fractions in percent, beside a value that has the unit: `91.20 to 92.24`. */
export function formatInterval({ low, high }: Interval): string {
  return `${(100 * low).toFixed(2)} to ${(100 * high).toFixed(2)}`
}

/** Difference of two fractions in percentage points, with its sign as a true minus or plus: `−0.65 points`. */
export function formatPoints(difference: number): string {
  return `${formatBarePoints(difference)} points`
}

/** The same where a heading has the unit: `−0.65`. */
export function formatBarePoints(difference: number): string {
  const points = 100 * difference
  const text = Math.abs(points).toFixed(2)
  if (text === '0.00') return '±0.00'
  return `${points < 0 ? '−' : '+'}${text}`
}

/** Of a difference of two fractions, beside a value that has the unit: `−0.93 to −0.37`. */
export function formatPointsInterval({ low, high }: Interval): string {
  return `${formatBarePoints(low)} to ${formatBarePoints(high)}`
}

/** A compression ratio: `3.88×`. */
export function formatRatio(ratio: number): string {
  return Number.isFinite(ratio) ? `${ratio.toFixed(2)}×` : unknown
}

/** A plain number with about `digits` significant digits and a true minus; exponents only where they are shorter. */
export function formatNumber(value: number, digits = 4): string {
  if (Number.isNaN(value)) return 'NaN'
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞'
  if (value === 0) return '0'
  const sign = value < 0 ? '−' : ''
  const magnitude = Math.abs(value)
  if (magnitude < 1e-3 || magnitude >= 1e6) {
    const text = magnitude.toExponential(Math.max(0, digits - 2))
    return sign + text.replace(/\.?0+e/, 'e').replace('e+', 'e')
  }
  return sign + String(Number(magnitude.toPrecision(digits)))
}

/** A number with fixed digits and a true minus, for columns that align: `−0.011`; never a negative zero. */
export function formatFixed(value: number, digits: number): string {
  if (!Number.isFinite(value)) return unknown
  const text = Math.abs(value).toFixed(digits)
  return value < 0 && Number(text) !== 0 ? `−${text}` : text
}

/** Seconds as the two largest units: `9 min 12 s`, `1 d 3 h`, `0.4 s`. */
export function formatDuration(seconds: number): string {
  if (!Number.isFinite(seconds) || seconds < 0) return unknown
  if (seconds < 10) return `${seconds.toFixed(1)} s`
  const whole = Math.round(seconds)
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(whole / 86_400), 'd'],
    [Math.floor(whole / 3600) % 24, 'h'],
    [Math.floor(whole / 60) % 60, 'min'],
    [whole % 60, 's'],
  ]
  const first = parts.findIndex(([value]) => value > 0)
  return parts
    .slice(first, first + 2)
    .filter(([value], index) => index === 0 || value > 0)
    .map(([value, unit]) => `${value} ${unit}`)
    .join(' ')
}

/** Steps or images a second: `83.2 steps/s`, below one `12.5 s/step`. */
export function formatRate(perSecond: number, noun = 'step'): string {
  if (!Number.isFinite(perSecond) || perSecond <= 0) return unknown
  return perSecond >= 1 ? `${perSecond.toFixed(1)} ${noun}s/s` : `${(1 / perSecond).toFixed(1)} s/${noun}`
}

/** A p-value: exact down to 0.001, a bound below. */
export function formatProbability(p: number): string {
  if (p < 1e-4) return '< 0.0001'
  return p < 0.01 ? p.toFixed(4) : p.toFixed(3)
}

/** `[64, 32, 3, 3]` -> `64 × 32 × 3 × 3`. */
export function formatShape(shape: readonly number[]): string {
  return shape.length === 0 ? 'scalar' : shape.join(' × ')
}
