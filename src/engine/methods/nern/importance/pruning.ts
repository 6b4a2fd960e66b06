import { float32Tensor, type HostTensor, type HostTensors } from '#shared/tensors/host-tensor.ts'
import { layerWeights, type LayerUnits, type Units } from './units.ts'

/**
 * The original network's represented weights while ever more of them are set to zero, in a given order of units. Keeps
 * one copy of the weights.
 */
export class Pruning {
  readonly #units: Units
  readonly #order: Uint32Array
  readonly #weights: readonly Float32Array[]
  readonly #shapes: readonly (readonly number[])[]
  readonly #zeroed: number[]
  #done = 0

  /** @param order every unit once, first the one to be zeroed first */
  constructor(units: Units, original: HostTensors, order: Uint32Array) {
    this.#units = units
    this.#order = order
    this.#weights = units.layers.map((layer) => Float32Array.from(layerWeights(original, layer, 'original')))
    this.#shapes = units.layers.map(({ name }) => original[name]?.shape ?? [])
    this.#zeroed = units.layers.map(() => 0)
  }

  /** Weights set to zero so far, by layer. */
  get zeroed(): readonly number[] {
    return this.#zeroed
  }

  /**
   * Goes on to `fraction` of all weights: whole units while they fit. Throws RangeError for a fraction that is not in
   * [0, 1]; one that is less than before changes nothing.
   */
  advance(fraction: number): void {
    if (!(fraction >= 0 && fraction <= 1)) throw new RangeError(`a fraction is between 0 and 1, got ${fraction}`)
    // Without the tolerance 0.3 * 10 weights, a little below 3, would zero two.
    const target = Math.floor(fraction * this.#units.weights + 1e-6)
    let total = this.#zeroed.reduce((sum, count) => sum + count, 0)
    while (this.#done < this.#order.length) {
      const unit = this.#order[this.#done] ?? 0
      const at = this.#layerOf(unit)
      const layer = this.#units.layers[at]
      if (layer === undefined || total + layer.size > target) return
      zero(this.#weights[at], layer, unit)
      total += layer.size
      this.#zeroed[at] = (this.#zeroed[at] ?? 0) + layer.size
      this.#done += 1
    }
  }

  /** The weights as they are now, by parameter name; shared with the next `advance`. */
  weights(): HostTensors {
    const entries = this.#units.layers.map(({ name }, at): [string, HostTensor] => [
      name,
      float32Tensor(this.#shapes[at] ?? [], this.#weights[at] ?? new Float32Array(0)),
    ])
    return Object.fromEntries(entries)
  }

  /** Position of the layer that `unit` belongs to, by bisection. */
  #layerOf(unit: number): number {
    const { layers } = this.#units
    let low = 0
    let high = layers.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((layers[middle]?.firstUnit ?? 0) <= unit) low = middle
      else high = middle - 1
    }
    return low
  }
}

function zero(weights: Float32Array | undefined, { firstUnit, size }: LayerUnits, unit: number): void {
  const start = (unit - firstUnit) * size
  weights?.fill(0, start, start + size)
}
