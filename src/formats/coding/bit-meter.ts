import type { BitCoder, BitModels } from './bit-coder.ts'
import { chanceParts } from './range-coder.ts'

/**
 * A coder that counts what its decisions cost: minus the logarithm to base 2 of the chance that each was coded with, which
 * a range coder spends up to a byte for the whole stream.
 */
export class BitMeter implements BitCoder {
  readonly #coder: BitCoder
  #bits = 0

  constructor(coder: BitCoder) {
    this.#coder = coder
  }

  code(bit: number, models: BitModels, at: number): number {
    // Coding changes the chance.
    const chance = models.chance(at) / chanceParts
    const decided = this.#coder.code(bit, models, at)
    this.#bits -= Math.log2(decided === 1 ? chance : 1 - chance)
    return decided
  }

  codeEven(bit: number): number {
    this.#bits += 1
    return this.#coder.codeEven(bit)
  }

  /** Bits of all decisions since this was asked last. */
  take(): number {
    const bits = this.#bits
    this.#bits = 0
    return bits
  }
}
