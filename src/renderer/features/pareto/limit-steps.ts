/** Limits that are dragged, as the numbers that the fields show. */

const bytesPerKibibyte = 1024
const leastPoints = 0.05
const fineSteps = 20

/** In KiB with three digits, as a person would type it. */
export function kibibytesText(bytes: number): string {
  return String(Number((bytes / bytesPerKibibyte).toPrecision(3)))
}

/** In twentieths of a point, above 0. */
export function pointsText(points: number): string {
  return String(Math.max(leastPoints, Math.round(points * fineSteps) / fineSteps))
}

/** Keys that move a limit, and how far: steps, above 0 to the right or up. */
const keySteps: Readonly<Record<string, number>> = {
  ArrowRight: 1,
  ArrowUp: 1,
  ArrowLeft: -1,
  ArrowDown: -1,
  PageUp: 5,
  PageDown: -5,
}
const clearingKeys = ['Delete', 'Backspace']

/** What a key does to a limit; undefined for a key of something else. */
export function limitKey(key: string): { readonly steps: number } | 'clear' | undefined {
  if (clearingKeys.includes(key)) return 'clear'
  const steps = keySteps[key]
  return steps === undefined ? undefined : { steps }
}

const byteStep = 1.05

export function movedBytes(bytes: number, steps: number): number {
  const moved = bytes * byteStep ** steps
  // Three digits may round a small step away.
  return kibibytesText(moved) === kibibytesText(bytes) ? bytes * (1 + Math.sign(steps) * 0.01) : moved
}

/** Up is more accurate: fewer points lost. */
export function movedPoints(points: number, steps: number): number {
  return points - steps / fineSteps
}
