/**
 * Integers of any size in binary decisions: whether it is zero, its sign, whether its magnitude is more than 1, 2, 3 ...
 * up to some depth, and beyond that an Exp-Golomb code (docs/format.md).
 */
import { BitModels, type BitCoder } from './bit-coder.ts'

/** Largest magnitude of a coded integer. */
const largestInteger = 2 ** 31 - 1
/** Of the binary digits of a number up to 2^31, as many as follow the first. */
const mostDigits = 31

/** Chances of the decisions about integers of one kind. */
export class IntegerModel {
  readonly #depth: number
  /** Zero, sign, one for each magnitude up to the depth, then one for each length of an escape. */
  readonly #models: BitModels

  /** @param depth magnitudes that have a decision of their own */
  constructor(depth: number) {
    this.#depth = depth
    this.#models = new BitModels(2 + depth + mostDigits + 1)
  }

  /** Writes `value`, or reads and returns one. Throws what `corrupt` makes for one that no encoder writes. */
  code(coder: BitCoder, value: number, corrupt: (problem: string) => Error): number {
    const models = this.#models
    if (coder.code(value === 0 ? 0 : 1, models, 0) === 0) return 0
    const isNegative = coder.code(value < 0 ? 1 : 0, models, 1) === 1
    const wanted = Math.abs(value)
    let magnitude = 1
    while (magnitude <= this.#depth && coder.code(wanted > magnitude ? 1 : 0, models, 1 + magnitude) === 1) {
      magnitude += 1
    }
    if (magnitude > this.#depth) magnitude += this.#codeEscape(coder, wanted - magnitude, corrupt)
    if (magnitude > largestInteger) throw corrupt(`expected integers of at most ${largestInteger}, found more`)
    return isNegative ? -magnitude : magnitude
  }

  /** A number from 0 on: how many binary digits follow the first of it and one, then those. */
  #codeEscape(coder: BitCoder, value: number, corrupt: (problem: string) => Error): number {
    const first = 2 + this.#depth
    const wanted = value + 1
    let digits = 0
    while (coder.code(wanted >= 2 ** (digits + 1) ? 1 : 0, this.#models, first + digits) === 1) {
      if (++digits > mostDigits) throw corrupt(`expected integers of at most ${largestInteger}, found more`)
    }
    let number = 1
    for (let digit = digits - 1; digit >= 0; digit--) {
      number = 2 * number + coder.codeEven(Math.floor(wanted / 2 ** digit) % 2)
    }
    return number - 1
  }

  /** See `BitModels.loosen`. */
  loosen(most: number): void {
    this.#models.loosen(most)
  }
}
