/** Which kernels get a gradient in a step (method 4.2). Pure: the generator is the only state. */
import { assertNever } from '#shared/basics/result.ts'
import type { Random } from '#shared/basics/random.ts'

export type SamplingMethod = 'all' | 'uniform' | 'uniform-with-replacement' | 'magnitude-weighted'

/** Share of the steps in which `magnitude-weighted` draws uniformly without replacement. */
const uniformShare = 0.8

/** Draws the kernels of a step. */
export interface KernelDraw {
  /** Kernels drawn each time. */
  readonly count: number
  /** Kernel indices, int32 [count]. */
  draw(random: Random): Int32Array
}

export class KernelSampler implements KernelDraw {
  readonly count: number
  readonly #method: SamplingMethod
  readonly #kernels: number
  /** Running sums of the norms, for draws in proportion to them. */
  readonly #cumulative: Float64Array
  readonly #isTaken: Uint8Array

  /**
   * @param norms Euclidean norm of every original kernel
   * @param count kernels a draw; at most all of them
   */
  constructor(method: SamplingMethod, norms: Float64Array, count: number) {
    this.#method = method
    this.#kernels = norms.length
    this.count = method === 'all' ? norms.length : Math.min(count, norms.length)
    this.#isTaken = new Uint8Array(norms.length)
    this.#cumulative = new Float64Array(norms.length)
    let sum = 0
    norms.forEach((norm, kernel) => {
      sum += norm
      this.#cumulative[kernel] = sum
    })
  }

  /** With replacement a kernel may occur more than once; its gradient then counts so often. */
  draw(random: Random): Int32Array {
    switch (this.#method) {
      case 'all':
        return Int32Array.from({ length: this.count }, (_, kernel) => kernel)
      case 'uniform':
        return this.#subset(random)
      case 'uniform-with-replacement':
        return Int32Array.from({ length: this.count }, () => random.integer(this.#kernels))
      case 'magnitude-weighted':
        return random.uniform() < uniformShare ? this.#subset(random) : this.#weighted(random)
      default:
        return assertNever(this.#method)
    }
  }

  /** Uniform subset without replacement (Floyd's algorithm), in time of its own size. */
  #subset(random: Random): Int32Array {
    const drawn = new Int32Array(this.count)
    for (let i = 0; i < this.count; i++) {
      const last = this.#kernels - this.count + i
      const candidate = random.integer(last + 1)
      const kernel = this.#isTaken[candidate] === 0 ? candidate : last
      this.#isTaken[kernel] = 1
      drawn[i] = kernel
    }
    for (const kernel of drawn) this.#isTaken[kernel] = 0
    return drawn
  }

  /** With replacement, in proportion to the norms; uniform when every norm is zero. */
  #weighted(random: Random): Int32Array {
    const total = this.#cumulative[this.#kernels - 1] ?? 0
    if (total === 0) return Int32Array.from({ length: this.count }, () => random.integer(this.#kernels))
    return Int32Array.from({ length: this.count }, () => this.#firstAbove(random.uniform() * total))
  }

  /** The first kernel whose running sum exceeds `target`; never one of norm zero. */
  #firstAbove(target: number): number {
    let low = 0
    let high = this.#kernels - 1
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#cumulative[middle] ?? 0) > target) high = middle
      else low = middle + 1
    }
    return low
  }
}
