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

const [lowestPrice, highestPrice] = [0.02, 300]
const firstPrice = 3
/** Of the distance to what is wanted, and of its change since the last look. */
const [byDistance, byChange] = [4, 15]
/** Most that the logarithm of the price changes at a look. */
const mostChange = 0.15

export class RateControl {
  #price: number
  #bits: number

  /** @param bits a weight before the first step */
  constructor(bits: number, state?: RateControlState) {
    this.#price = state?.price ?? firstPrice
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

/** Bits a weight that are wanted at a step: from where the codes start in a straight line to the target. */
export function wantedBitsAt(
  { start, target, descentSteps }: { readonly start: number; readonly target: number; readonly descentSteps: number },
  step: number,
): number {
  if (start <= target || step >= descentSteps) return target
  return start + ((target - start) * step) / descentSteps
}
