/**
 * Seeded pseudo-random numbers (xoshiro128**, Blackman and Vigna 2018), with a state that can be stored in a
 * checkpoint. The engine never calls Math.random.
 */
export interface RandomState {
  readonly words: readonly [number, number, number, number]
}

export class Random {
  #a: number
  #b: number
  #c: number
  #d: number

  private constructor(words: readonly [number, number, number, number]) {
    ;[this.#a, this.#b, this.#c, this.#d] = words
  }

  /** `stream` separates independent uses of one seed (kernel sampling, data order, initialisation ...). */
  static fromSeed(seed: number, stream = ''): Random {
    let hash = 0x811c9dc5 ^ (seed >>> 0)
    hash = Math.imul(hash ^ Math.floor(seed / 2 ** 32), 0x01000193)
    for (let i = 0; i < stream.length; i++) hash = Math.imul(hash ^ stream.charCodeAt(i), 0x01000193)
    // splitmix32 spreads the hash over the four words; all-zero words cannot occur for all four.
    const next = (): number => {
      hash = (hash + 0x9e3779b9) | 0
      let z = hash
      z = Math.imul(z ^ (z >>> 16), 0x85ebca6b)
      z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35)
      return (z ^ (z >>> 16)) >>> 0
    }
    return new Random([next(), next(), next(), next()])
  }

  static fromState(state: RandomState): Random {
    return new Random(state.words)
  }

  get state(): RandomState {
    return { words: [this.#a >>> 0, this.#b >>> 0, this.#c >>> 0, this.#d >>> 0] }
  }

  /** Uniform integer in [0, 2^32). */
  nextUint32(): number {
    const product = Math.imul(this.#b, 5)
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0
    const t = this.#b << 9
    this.#c ^= this.#a
    this.#d ^= this.#b
    this.#b ^= this.#c
    this.#a ^= this.#d
    this.#c ^= t
    this.#d = (this.#d << 11) | (this.#d >>> 21)
    return result
  }

  /** Uniform in [0, 1) with 32 random bits. */
  uniform(): number {
    return this.nextUint32() / 2 ** 32
  }

  /** Uniform integer in [0, bound), without modulo bias (Lemire 2019, rejection form). */
  integer(bound: number): number {
    const limit = 2 ** 32 - (2 ** 32 % bound)
    let value = this.nextUint32()
    while (value >= limit) value = this.nextUint32()
    return value % bound
  }

  /** Standard normal (Box and Muller 1958; one value a call so that the state stays four words). */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()))
    return radius * Math.cos(2 * Math.PI * this.uniform())
  }

  /** Fisher-Yates, in place. */
  shuffle(values: Int32Array): void {
    for (let i = values.length - 1; i > 0; i--) {
      const j = this.integer(i + 1)
      const held = values[i] ?? 0
      values[i] = values[j] ?? 0
      values[j] = held
    }
  }
}
