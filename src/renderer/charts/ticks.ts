import { formatFixed, formatNumber } from '../format/format.ts'

const powersOfTen = Array.from({ length: 13 }, (_, power) => 10 ** power)
const minute = 60
const hour = 60 * minute
const day = 24 * hour

/** Distances between two ticks that a reader can count in: of steps ... */
export const stepIncrements: readonly number[] = powersOfTen.flatMap((power) => [power, 2 * power, 5 * power])

/** ... and of seconds, in round minutes, hours and days. */
export const timeIncrements: readonly number[] = [
  ...[0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30],
  ...[1, 2, 5, 10, 15, 30].map((minutes) => minutes * minute),
  ...[1, 2, 3, 6, 12].map((hours) => hours * hour),
  ...powersOfTen.flatMap((power) => [day * power, 2 * day * power, 5 * day * power]),
]

/** A tick of a time axis: `0`, `0.5 s`, `30 s`, `15 min`, `1 h 30 min`, `2 d`. */
export function timeTick(seconds: number): string {
  if (seconds === 0) return '0'
  if (seconds < minute) return `${Number(seconds.toFixed(1))} s`
  const whole = Math.round(seconds)
  const parts: readonly (readonly [number, string])[] = [
    [Math.floor(whole / day), 'd'],
    [Math.floor(whole / hour) % 24, 'h'],
    [Math.floor(whole / minute) % 60, 'min'],
    [whole % minute, 's'],
  ]
  return parts
    .filter(([value]) => value > 0)
    .map(([value, unit]) => `${value} ${unit}`)
    .join(' ')
}

/**
 * Ticks of a value axis with the digits that tell them apart, all the same number of them; on a logarithmic axis each
 * with its own. `null` stays without a text.
 */
export function valueTicks(
  ticks: readonly (number | null)[],
  { suffix, isLogarithmic }: { readonly suffix: string; readonly isLogarithmic: boolean },
): readonly string[] {
  const shown = ticks.filter((tick) => tick !== null)
  const largest = Math.max(0, ...shown.map(Math.abs))
  const isPlain = !isLogarithmic && shown.length > 1 && largest >= 1e-3 && largest < 1e6
  const digits = isPlain ? digitsOf(smallestDistance(shown)) : 0
  return ticks.map((tick) => {
    if (tick === null) return ''
    return `${isPlain ? formatFixed(tick, digits) : formatNumber(tick)}${suffix}`
  })
}

function smallestDistance(ticks: readonly number[]): number {
  const distances = ticks.slice(1).map((tick, index) => Math.abs(tick - (ticks[index] ?? 0)))
  return Math.min(...distances)
}

/** Decimals of a round number such as 0.025. */
function digitsOf(distance: number): number {
  const mostDigits = 9
  for (let digits = 0; digits < mostDigits; digits++) {
    const scaled = distance * 10 ** digits
    if (Math.round(scaled) >= 1 && Math.abs(scaled - Math.round(scaled)) < 1e-6 * scaled) return digits
  }
  return mostDigits
}
