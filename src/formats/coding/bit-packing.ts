/** Unsigned numbers of a fixed width in bits, the lowest bit of the first number in the lowest bit of the first byte. */

/** `values` below 2^width; width up to 40. The last byte is filled with zeros. */
export function packBits(values: ArrayLike<number>, width: number): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(packedBytes(values.length, width))
  let pending = 0
  let bits = 0
  let at = 0
  for (let i = 0; i < values.length; i++) {
    pending += (values[i] ?? 0) * 2 ** bits
    bits += width
    while (bits >= 8) {
      bytes[at++] = pending % 256
      pending = Math.floor(pending / 256)
      bits -= 8
    }
  }
  if (bits > 0) bytes[at] = pending
  return bytes
}

/** The first `count` numbers; `bytes` holds at least `packedBytes(count, width)`. */
export function unpackBits(bytes: Uint8Array, width: number, count: number): Float64Array {
  const values = new Float64Array(count)
  const limit = 2 ** width
  let pending = 0
  let bits = 0
  let at = 0
  for (let i = 0; i < count; i++) {
    while (bits < width) {
      pending += (bytes[at++] ?? 0) * 2 ** bits
      bits += 8
    }
    values[i] = pending % limit
    pending = Math.floor(pending / limit)
    bits -= width
  }
  return values
}

export function packedBytes(count: number, width: number): number {
  return Math.ceil((count * width) / 8)
}
