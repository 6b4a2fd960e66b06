/**
 * What parts see of their kernels where it is no coordinate: random numbers of a fixed generator, so that nothing of them
 * is stored. docs/format.md has every constant; other readers must get the same numbers.
 */

export interface SeededInputs {
  readonly type: 'seeded'
  /** Random numbers a kernel. */
  readonly numbers: number
  readonly seed: number
}

const golden = 0x9e3779b9

/**
 * [places, numbers] standard normals, row by row. Number i takes the outputs 2i + 1 and 2i + 2 of a generator that counts, so
 * any of them can be computed on its own, and all of them at once.
 */
export function seededNormals(places: number, { numbers, seed }: SeededInputs): Float32Array {
  const start = (0x811c9dc5 ^ seed) >>> 0
  const uniform = (at: number): number => mixed((start + Math.imul(at, golden)) | 0) / 2 ** 32
  return Float32Array.from({ length: places * numbers }, (_, i) => {
    const radius = Math.sqrt(-2 * Math.log(1 - uniform(2 * i + 1)))
    return radius * Math.cos(2 * Math.PI * uniform(2 * i + 2))
  })
}

/** The finaliser of MurmurHash3 (Appleby): every bit of the result depends on every bit of the counter. */
function mixed(counter: number): number {
  let z = counter
  z = Math.imul(z ^ (z >>> 16), 0x85ebca6b)
  z = Math.imul(z ^ (z >>> 13), 0xc2b2ae35)
  return (z ^ (z >>> 16)) >>> 0
}
