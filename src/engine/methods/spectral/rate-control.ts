/**
 * The price of a bit, so that codes come down to the size that is wanted: it rises while there are too many bits and while
 * they do not fall, a little at each look. What it settles at is the exchange rate of bits and answers.
 */

export interface RateControlState {
  /** Of a bit a weight, in the objective. */
  readonly price: number
  /** A weight, at the last look. */
  readonly bits: number
}

const [lowestPrice, highestPrice] = [0.01, 300]
/**
 * Where prices settle: what a bit is worth falls with the square of the step, a factor of four for each bit a weight. With
 * 1.45 bits it is 0.3 (docs/adr/0019-spectral-codes.md).
 */
const [usualPrice, usualBits] = [0.3, 1.45]
/** Of the distance to what is wanted, and of its change since the last look. */
const [byDistance, byChange] = [8, 30]
/** Most that the logarithm of the price changes at a look. */
const mostChange = 0.15

export class RateControl {
  #price: number
  #bits: number

  /** @param bits a weight before the first step */
  constructor(bits: number, state?: RateControlState) {
    this.#price = state?.price ?? usualPrice * 4 ** (usualBits - bits)
    this.#bits = state?.bits ?? bits
  }

  /** Of a bit a weight, in the objective. */
  get price(): number {
    return this.#price
  }

  get state(): RateControlState {
    return { price: this.#price, bits: this.#bits }
  }

  /** @param bits a weight now; @param wanted by now */
  look(bits: number, wanted: number): void {
    const pull = (byDistance * (bits - wanted) + byChange * (bits - this.#bits)) / wanted
    const change = Math.max(-mostChange, Math.min(mostChange, pull))
    this.#price = Math.max(lowestPrice, Math.min(highestPrice, this.#price * Math.exp(change)))
    this.#bits = bits
  }
}
