import { fileError, type NamedFile } from '../file-error.ts'

/**
 * Small unsigned integers as Parquet keeps levels and dictionary indices: runs of one value, and groups of eight packed
 * bits. Throws `file-corrupt` when fewer than `count` come out; the caller has checked that so many may be held.
 */
export function readHybrid(file: NamedFile, bytes: Uint8Array, width: number, count: number, at: string): Uint32Array {
  const values = new Uint32Array(count)
  let position = 0
  let done = 0
  const next = (): number => {
    const byte = bytes[position]
    if (byte === undefined) throw fileError(file, 'file-corrupt', `expected ${count} integers, found ${done}`, at)
    position++
    return byte
  }
  while (done < count) {
    const header = readVariable(file, next, at)
    if (header % 2 === 0) {
      let value = 0
      for (let shift = 0; shift < width; shift += 8) value += next() * 2 ** shift
      const end = Math.min(count, done + header / 2)
      values.fill(value, done, end)
      done = end
      continue
    }
    const wanted = Math.min(count - done, ((header - 1) / 2) * 8)
    const start = position
    for (let i = 0; i < wanted; i++) values[done + i] = packed(bytes, start, i * width, width)
    position = start + ((header - 1) / 2) * width
    if (start + Math.ceil((wanted * width) / 8) > bytes.byteLength) {
      throw fileError(file, 'file-corrupt', `expected ${count} integers, found the end of the page`, at)
    }
    done += wanted
  }
  return values
}

function readVariable(file: NamedFile, next: () => number, at: string): number {
  let value = 0
  for (let shift = 0; shift < 35; shift += 7) {
    const byte = next()
    value += (byte & 0x7f) * 2 ** shift
    if (byte < 0x80) return value
  }
  throw fileError(file, 'file-corrupt', 'expected the length of a run, found a longer integer', at)
}

/** `width` bits from bit `from` on, the lowest first. */
function packed(bytes: Uint8Array, start: number, from: number, width: number): number {
  let value = 0
  for (let bit = 0; bit < width;) {
    const at = from + bit
    const inByte = at % 8
    const taken = Math.min(8 - inByte, width - bit)
    const byte = bytes[start + (at - inByte) / 8] ?? 0
    value += ((byte >> inByte) & ((1 << taken) - 1)) * 2 ** bit
    bit += taken
  }
  return value
}
