/** Comparisons of a case; each failure is kept as a sentence, and counting makes a case without any fail. */
export class Checks {
  readonly failures: string[] = []
  count = 0

  equal(what: string, actual: unknown, expected: unknown): void {
    const [left, right] = [JSON.stringify(actual), JSON.stringify(expected)]
    this.#record(left === right, () => `${what}: expected ${shorten(right)}, got ${shorten(left)}`)
  }

  /** |actual - expected| <= tolerance; not a number fails. */
  near(what: string, actual: number, expected: number, tolerance: number): void {
    const difference = Math.abs(actual - expected)
    this.#record(difference <= tolerance, () => `${what}: expected ${expected} +- ${tolerance}, got ${actual}`)
  }

  /** Every value within `tolerance`, absolute. */
  allNear(what: string, actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
    const difference = largestDifference(actual, expected)
    this.#record(difference <= tolerance, () => `${what}: differs by ${difference}, allowed ${tolerance}`)
  }

  /** Largest difference relative to the largest expected magnitude. */
  nearToMax(what: string, actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
    const difference = largestDifference(actual, expected)
    const scale = Array.from(expected).reduce((max, value) => Math.max(max, Math.abs(value)), 0)
    const isNear = scale === 0 ? difference === 0 : difference <= tolerance * scale
    this.#record(isNear, () => `${what}: differs by ${difference / scale} of the largest, allowed ${tolerance}`)
  }

  /** ||actual - expected|| <= tolerance * ||expected|| */
  nearInNorm(what: string, actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void {
    const difference = norm(Array.from(expected, (value, at) => value - (actual[at] ?? NaN)))
    const isNear = actual.length === expected.length && difference <= tolerance * norm(expected)
    this.#record(isNear, () => `${what}: relative L2 error ${difference / norm(expected)}, allowed ${tolerance}`)
  }

  fact(what: string, holds: boolean): void {
    this.#record(holds, () => what)
  }

  #record(holds: boolean, sentence: () => string): void {
    this.count += 1
    if (!holds) this.failures.push(sentence())
  }
}

export function norm(values: ArrayLike<number>): number {
  let sum = 0
  for (let at = 0; at < values.length; at++) sum += (values[at] ?? NaN) ** 2
  return Math.sqrt(sum)
}

function largestDifference(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  if (actual.length !== expected.length) return Infinity
  let largest = 0
  for (let at = 0; at < expected.length; at++) {
    const difference = Math.abs((actual[at] ?? NaN) - (expected[at] ?? NaN))
    if (Number.isNaN(difference)) return NaN
    largest = Math.max(largest, difference)
  }
  return largest
}

function shorten(text: string | undefined): string {
  const full = text ?? 'undefined'
  return full.length <= 120 ? full : `${full.slice(0, 117)}...`
}
