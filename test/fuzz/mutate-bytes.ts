/** Changes of a file that know nothing of its format. */
import type { Random } from '#shared/basics/random.ts'

/** Values that length, offset and count fields are tried with. */
export const extremes = [0, 1, 0x7f, 0x80, 0xff, 0x7fff, 0xffff, 0x7fffffff, 0x80000000, 0xfffffffe, 0xffffffff]

export function pick<T>(random: Random, values: readonly T[]): T {
  const value = values[random.integer(values.length)]
  if (value === undefined) throw new RangeError('there is nothing to pick from')
  return value
}

/** One to four edits: bytes and bits changed, numbers replaced, parts cut out, doubled or moved, the end cut off. */
export function mutateBytes(valid: Uint8Array, random: Random): Uint8Array<ArrayBuffer> {
  let bytes = new Uint8Array(valid)
  const edits = 1 + random.integer(4)
  for (let edit = 0; edit < edits; edit++) bytes = mutateOnce(bytes, random)
  return bytes
}

function mutateOnce(bytes: Uint8Array<ArrayBuffer>, random: Random): Uint8Array<ArrayBuffer> {
  if (bytes.byteLength < 8) return Uint8Array.from([...bytes, random.integer(256)])
  const at = random.integer(bytes.byteLength)
  const length = 1 + random.integer(Math.min(64, bytes.byteLength - at))
  switch (random.integer(7)) {
    case 0:
      bytes[at] = random.integer(256)
      return bytes
    case 1:
      bytes[at] = (bytes[at] ?? 0) ^ (1 << random.integer(8))
      return bytes
    case 2: {
      const place = random.integer(bytes.byteLength - 3)
      new DataView(bytes.buffer).setUint32(place, pick(random, extremes), true)
      return bytes
    }
    case 3:
      return bytes.slice(0, at)
    case 4:
      return joined(bytes.subarray(0, at), bytes.subarray(at + length))
    case 5:
      return joined(bytes.subarray(0, at + length), bytes.subarray(at))
    default: {
      bytes.copyWithin(random.integer(bytes.byteLength), at, at + length)
      return bytes
    }
  }
}

export function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(parts.reduce((sum, part) => sum + part.byteLength, 0))
  let at = 0
  for (const part of parts) {
    whole.set(part, at)
    at += part.byteLength
  }
  return whole
}
