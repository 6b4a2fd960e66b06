import { fileError, type NamedFile } from '../file-error.ts'

/**
 * Snappy's raw format: literals, and copies of what stands before. Throws `file-corrupt` unless exactly `size` bytes come
 * out; the caller has checked that so many may be held.
 */
export function inflateSnappy(file: NamedFile, bytes: Uint8Array, size: number, at: string): Uint8Array {
  const out = new Uint8Array(size)
  let from = 0
  let to = 0
  const corrupt = (problem: string) => fileError(file, 'file-corrupt', `snappy data ${problem}`, at)
  const next = (): number => {
    const byte = bytes[from]
    if (byte === undefined) throw corrupt('ends early')
    from++
    return byte
  }
  const littleEndian = (length: number): number => {
    let value = 0
    for (let i = 0; i < length; i++) value += next() * 2 ** (8 * i)
    return value
  }
  // The size, which the page header has said already.
  while (next() >= 0x80);
  while (from < bytes.byteLength) {
    const tag = next()
    const kind = tag & 3
    if (kind === 0) {
      const short = tag >> 2
      const length = (short < 60 ? short : littleEndian(short - 59)) + 1
      if (length > bytes.byteLength - from || length > size - to) throw corrupt('has a literal beyond its end')
      out.set(bytes.subarray(from, from + length), to)
      from += length
      to += length
      continue
    }
    const length = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1
    const distance = kind === 1 ? (tag >> 5) * 256 + next() : littleEndian(kind === 2 ? 2 : 4)
    if (distance === 0 || distance > to || length > size - to) throw corrupt('copies what is not there')
    // Byte by byte: a copy may overlap itself.
    for (let i = 0; i < length; i++, to++) out[to] = out[to - distance] ?? 0
  }
  if (to !== size) throw corrupt(`gives ${to} bytes instead of ${size}`)
  return out
}
