/** What codes cost by their present frequencies: bits by code and frequency of the kernel, as an ideal entropy code has them. */

/** Codes beyond this are counted together: they are few, and their bits go on along the last slope. */
const largestCounted = 127
const symbols = 2 * largestCounted + 1
/** Added to every count, so that a code that does not occur costs much and not infinitely much. */
const unseen = 0.05

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
    for (let at = 0; at < codes.length; at++) {
      const own = counts[at % size]
      const symbol = symbolOf(codes[at] ?? 0)
      if (own !== undefined) own[symbol] = (own[symbol] ?? 0) + 1
    }
    let total = 0
    const bits = counts.map((own) => {
      const sum = own.reduce((all, count) => all + count + unseen, 0)
      return own.map((count) => {
        const cost = Math.log2(sum / (count + unseen))
        total += count * cost
        return cost
      })
    })
    return new CodeRates(bits, total)
  }

  bits(frequency: number, code: number): number {
    return this.#bits[frequency]?.[symbolOf(code)] ?? 0
  }
}

function symbolOf(code: number): number {
  return Math.max(-largestCounted, Math.min(largestCounted, code)) + largestCounted
}
