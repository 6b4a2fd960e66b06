import type { Random } from '#shared/basics/random.ts'
import { KernelSampler, type KernelDraw, type SamplingMethod } from '../kernel-sampling.ts'
import { sharedTotal } from './parts.ts'

/** Draws as many kernels of every part (of a smaller one all), part by part: what batched products ask for. */
export class PartSampler implements KernelDraw {
  readonly count: number
  readonly #parts: readonly { readonly first: number; readonly sampler: KernelSampler }[]

  /**
   * @param norms Euclidean norm of every original kernel
   * @param count kernels a draw in all, about: at least one of each part
   */
  constructor(method: SamplingMethod, norms: Float64Array, parts: readonly number[], count: number) {
    const most = method === 'all' ? norms.length : Math.max(1, Math.round(count / parts.length))
    let first = 0
    this.#parts = parts.map((kernels) => {
      const part = { first, sampler: new KernelSampler(method, norms.subarray(first, first + kernels), most) }
      first += kernels
      return part
    })
    this.count = sharedTotal(parts, most)
  }

  draw(random: Random): Int32Array {
    const drawn = new Int32Array(this.count)
    let at = 0
    for (const { first, sampler } of this.#parts) {
      for (const kernel of sampler.draw(random)) drawn[at++] = first + kernel
    }
    return drawn
  }
}
