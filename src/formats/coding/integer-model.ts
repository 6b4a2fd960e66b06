/**
 * Integers of any size in binary decisions: whether it is zero, its sign, whether its magnitude is more than 1, 2, 3 ...
 * up to some depth, and beyond that an Exp-Golomb code (docs/format.md).
 */
import { BitModels, type BitCoder } from './bit-coder.ts'

/** Largest magnitude of a coded integer. */
const largestInteger = 2 ** 31 - 1
/** Of the binary digits of a number up to 2^31, as many as follow the first. */
const mostDigits = 31
/** Chances of an escape, one for each number of digits. */
export const escapeModels = mostDigits + 1

type Corrupt = (problem: string) => Error

/** Chances of the decisions about integers of one kind. */
export class IntegerModel {
  readonly #depth: number
  /** Zero, sign, then one for each magnitude up to the depth. */
  readonly #models: BitModels
  readonly #escapes = new BitModels(escapeModels)

  /** @param depth magnitudes that have a decision of their own */
  constructor(depth: number) {
    this.#depth = depth
    this.#models = new BitModels(2 + depth)
  }

  /** Writes `value`, or reads and returns one. Throws what `corrupt` makes for one that no encoder writes. */
  code(coder: BitCoder, value: number, corrupt: Corrupt): number {
    const models = this.#models
    if (coder.code(value === 0 ? 0 : 1, models, 0) === 0) return 0
    const isNegative = coder.code(value < 0 ? 1 : 0, models, 1) === 1
    const decisions = { models, first: 2, depth: this.#depth, escapes: this.#escapes }
    const magnitude = codeMagnitude(coder, Math.abs(value), decisions, corrupt)
    return isNegative ? -magnitude : magnitude
  }
}

/** Chances of the decisions about a magnitude: numbers `first` to `first + depth - 1` of `models`, then those of an escape. */
export interface MagnitudeDecisions {
  readonly models: BitModels
  readonly first: number
  readonly depth: number
  readonly escapes: BitModels
}

/** Writes a magnitude from 1 on, or reads and returns one. Throws what `corrupt` makes for one that no encoder writes. */
export function codeMagnitude(
  coder: BitCoder,
  magnitude: number,
  { models, first, depth, escapes }: MagnitudeDecisions,
  corrupt: Corrupt,
): number {
  let coded = 1
  while (coded <= depth && coder.code(magnitude > coded ? 1 : 0, models, first + coded - 1) === 1) coded += 1
  if (coded > depth) coded += codeEscape(coder, magnitude - coded, escapes, corrupt)
  if (coded > largestInteger) throw corrupt(`expected integers of at most ${largestInteger}, found more`)
  return coded
}

/** A number from 0 on: how many binary digits follow the first one of the number and 1, then those. */
function codeEscape(coder: BitCoder, number: number, escapes: BitModels, corrupt: Corrupt): number {
  const wanted = number + 1
  let digits = 0
  while (coder.code(wanted >= 2 ** (digits + 1) ? 1 : 0, escapes, digits) === 1) {
    if (++digits > mostDigits) throw corrupt(`expected integers of at most ${largestInteger}, found more`)
  }
  let coded = 1
  for (let digit = digits - 1; digit >= 0; digit--) {
    coded = 2 * coded + coder.codeEven(Math.floor(wanted / 2 ** digit) % 2)
  }
  return coded - 1
}
