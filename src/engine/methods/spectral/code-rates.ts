/** What codes cost by their present frequencies: bits by code and frequency of the kernel, as an ideal entropy code has them. */

/** Codes beyond this are counted together: a single one of them is charged no more than the last. */
export const largestPriced = 127
const symbols = 2 * largestPriced + 1
/** Slopes between the codes of one frequency. */
export const slopeCount = symbols - 1
/** Added to every count, so that a code that does not occur costs much and not infinitely much. */
const unseen = 0.4

export class CodeRates {
  /** [size][symbols] */
  readonly #bits: readonly Float64Array[]
  /** Bits of all the codes it was made of. */
  readonly total: number

  private constructor(bits: readonly Float64Array[], total: number) {
    this.#bits = bits
    this.total = total
  }

  /** @param codes [kernels, size] */
  static of(codes: Int32Array, size: number): CodeRates {
    const counts = Array.from({ length: size }, () => new Float64Array(symbols))
    for (let start = 0; start < codes.length; start += size) {
      for (let frequency = 0; frequency < size; frequency++) {
        const own = counts[frequency]
        const symbol = symbolOf(codes[start + frequency] ?? 0)
        if (own !== undefined) own[symbol] = (own[symbol] ?? 0) + 1
      }
    }
    let total = 0
    for (const code of codes) {
      // Of all together: with very fine steps most codes are beyond, and which one it is takes the most.
      const magnitude = Math.abs(code)
      if (magnitude > largestPriced) total += Math.log2(magnitude) + 1
    }
    const bits = counts.map((own) => {
      const seen = own.reduce((all, count) => all + count, 0)
      const sum = seen + symbols * unseen
      return own.map((count) => {
        if (count > 0) total += count * Math.log2(seen / count)
        return Math.log2(sum / (count + unseen))
      })
    })
    return new CodeRates(bits, total)
  }

  bits(frequency: number, code: number): number {
    return this.#bits[frequency]?.[symbolOf(code)] ?? 0
  }

  /** What one more adds to the bits of a code, [frequencies * slopeCount], from the lowest code on. */
  slopes(): Float32Array<ArrayBuffer> {
    const slopes = new Float32Array(this.#bits.length * slopeCount)
    this.#bits.forEach((own, frequency) => {
      for (let at = 0; at < slopeCount; at++) {
        slopes[frequency * slopeCount + at] = (own[at + 1] ?? 0) - (own[at] ?? 0)
      }
    })
    return slopes
  }
}

function symbolOf(code: number): number {
  return Math.max(-largestPriced, Math.min(largestPriced, code)) + largestPriced
}
