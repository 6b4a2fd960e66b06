/**
 * Permutations at their information content: item i is coded as its rank among the items not used yet, one of n - i
 * equally likely values (the Lehmer code), so n items cost log2(n!) bits. A Fenwick tree (1994) finds ranks in
 * O(log n).
 */
import { AppException } from '#shared/basics/result.ts'
import type { RangeDecoder, RangeEncoder } from '../coding/range-coder.ts'

/** Throws `invalid-argument` when `order` is not a permutation of 0 .. n-1. */
export function encodePermutation(encoder: RangeEncoder, order: Int32Array): void {
  const left = new ItemsLeft(order.length)
  const isUsed = new Uint8Array(order.length)
  order.forEach((item, at) => {
    if (isUsed[item] !== 0) {
      throw new AppException({
        code: 'invalid-argument',
        message: `An order of ${order.length} items must hold each once, found ${item} at place ${at}.`,
      })
    }
    isUsed[item] = 1
    encoder.encode(left.rankOf(item), 1, order.length - at)
    left.remove(item)
  })
}

export function decodePermutation(decoder: RangeDecoder, length: number): Int32Array {
  const left = new ItemsLeft(length)
  const order = new Int32Array(length)
  for (let at = 0; at < length; at++) {
    const rank = decoder.target(length - at)
    decoder.take(rank, 1)
    const item = left.itemAt(rank)
    order[at] = item
    left.remove(item)
  }
  return order
}

/** The items 0 .. n-1 that are not used yet, in ascending order. */
class ItemsLeft {
  readonly #tree: Int32Array
  readonly #highestBit: number

  constructor(count: number) {
    // Node i sums the items i - lowest bit of i .. i - 1: as many as that bit says while all are left.
    this.#tree = Int32Array.from({ length: count + 1 }, (_, node) => node & -node)
    this.#highestBit = count === 0 ? 0 : 2 ** Math.floor(Math.log2(count))
  }

  /** How many items below `item` are left. */
  rankOf(item: number): number {
    let rank = 0
    for (let node = item; node > 0; node -= node & -node) rank += this.#tree[node] ?? 0
    return rank
  }

  /** The item with so many smaller ones left. */
  itemAt(rank: number): number {
    let node = 0
    let wanted = rank
    for (let bit = this.#highestBit; bit > 0; bit >>= 1) {
      const next = node + bit
      const below = this.#tree[next]
      if (below !== undefined && below <= wanted) {
        node = next
        wanted -= below
      }
    }
    return node
  }

  remove(item: number): void {
    for (let node = item + 1; node < this.#tree.length; node += node & -node) {
      this.#tree[node] = (this.#tree[node] ?? 0) - 1
    }
  }
}
