/**
 * Orders of pruning over all represented layers. Sorting is a radix sort of 32-bit keys with their indices: linear,
 * stable (ties stay in the order of the units), and 16 bytes a unit, so that 11 million weights take 180 MB for the
 * moment of sorting and 44 MB after.
 */
import type { HostTensors } from '#shared/tensors/host-tensor.ts'
import type { ImportanceScore } from '#shared/measures/importance.ts'
import { Random } from '#shared/basics/random.ts'
import { unitScores } from './scores.ts'
import type { Units } from './units.ts'

/** Units from the least to the most important one, each once. `seed` matters to `random` only. */
export function pruningOrder(
  score: ImportanceScore,
  units: Units,
  original: HostTensors,
  reconstructed: HostTensors,
  seed: number,
): Uint32Array {
  if (score === 'random') return ascendingOrder(randomKeys(units.count, seed))
  const scores = unitScores(score, units, original, reconstructed)
  // Floats that are not negative sort as their bits do.
  const keys = new Uint32Array(scores.buffer, scores.byteOffset, scores.length)
  const isLargestFirst = score !== 'magnitude' && score !== 'reconstructed-magnitude'
  if (isLargestFirst) for (let unit = 0; unit < keys.length; unit++) keys[unit] = ~(keys[unit] ?? 0)
  return ascendingOrder(keys)
}

function randomKeys(count: number, seed: number): Uint32Array {
  const random = Random.fromSeed(seed, 'pruning order')
  const keys = new Uint32Array(count)
  for (let unit = 0; unit < count; unit++) keys[unit] = random.nextUint32()
  return keys
}

interface KeyedOrder {
  readonly keys: Uint32Array
  readonly order: Uint32Array
}

const digitBits = 11
const digits = 1 << digitBits

/** Indices of `keys` by ascending key, equal keys by ascending index. `keys` is used up. */
function ascendingOrder(keys: Uint32Array): Uint32Array {
  let from: KeyedOrder = { keys, order: new Uint32Array(keys.length) }
  // Not Uint32Array.from: it collects all values in a list first.
  for (let index = 0; index < keys.length; index++) from.order[index] = index
  let to: KeyedOrder = { keys: new Uint32Array(keys.length), order: new Uint32Array(keys.length) }
  for (let shift = 0; shift < 32; shift += digitBits) {
    const starts = digitStarts(from.keys, shift)
    for (let at = 0; at < keys.length; at++) {
      const key = from.keys[at] ?? 0
      const digit = (key >>> shift) & (digits - 1)
      const target = starts[digit] ?? 0
      starts[digit] = target + 1
      to.keys[target] = key
      to.order[target] = from.order[at] ?? 0
    }
    const emptied = from
    from = to
    to = emptied
  }
  return from.order
}

/** Where the keys of each digit begin in sorted order. */
function digitStarts(keys: Uint32Array, shift: number): Uint32Array {
  const starts = new Uint32Array(digits + 1)
  for (const key of keys) {
    const next = ((key >>> shift) & (digits - 1)) + 1
    starts[next] = (starts[next] ?? 0) + 1
  }
  for (let digit = 1; digit <= digits; digit++) starts[digit] = (starts[digit] ?? 0) + (starts[digit - 1] ?? 0)
  return starts
}
