/**
 * Values with bytes in them as JSON and one file: messages of trainers and jobs travel so to a cluster and back. Bytes stand one
 * after another in the file; the JSON says where. What comes back is not trusted: it is for a schema to judge.
 */
import { AppException } from '../basics/result.ts'

export interface Packed {
  readonly value: unknown
  /** Absent where the value holds none. */
  readonly bytes?: Uint8Array<ArrayBuffer>
}

/** Float32 values start where their type can look at them. */
const ALIGNMENT = 4

export function packValue(value: unknown): Packed {
  const pieces: Uint8Array[] = []
  let length = 0
  const place = (bytes: Uint8Array): number => {
    const padding = (ALIGNMENT - (length % ALIGNMENT)) % ALIGNMENT
    if (padding > 0) pieces.push(new Uint8Array(padding))
    const at = length + padding
    pieces.push(bytes)
    length = at + bytes.byteLength
    return at
  }
  const pack = (part: unknown): unknown => {
    if (part instanceof Uint8Array) return { $bytes: [place(part), part.byteLength] }
    if (part instanceof Float32Array) {
      const bytes = new Uint8Array(part.buffer, part.byteOffset, part.byteLength)
      return { $float32: [place(bytes), part.length] }
    }
    if (typeof part === 'number' && !Number.isFinite(part)) return { $number: String(part) }
    if (Array.isArray(part)) return part.map(pack)
    if (typeof part !== 'object' || part === null) return part
    return Object.fromEntries(Object.entries(part).map(([key, inner]) => [key, pack(inner)]))
  }
  const packed = pack(value)
  if (pieces.length === 0) return { value: packed }
  const bytes = new Uint8Array(length)
  let at = 0
  for (const piece of pieces) {
    bytes.set(piece, at)
    at += piece.byteLength
  }
  return { value: packed, bytes }
}

/** What was packed. Throws `file-corrupt` where the JSON points outside of the file, or nests deeper than any message. */
export function unpackValue(packed: unknown, file: Uint8Array = new Uint8Array()): unknown {
  const unpack = (part: unknown, depth: number): unknown => {
    if (depth > MOST_LEVELS) throw damaged(`deeper than ${MOST_LEVELS} levels`)
    if (Array.isArray(part)) return part.map((inner) => unpack(inner, depth + 1))
    if (typeof part !== 'object' || part === null) return part
    const entries = Object.entries(part)
    const [key, inner] = entries.length === 1 ? (entries[0] ?? ['', undefined]) : ['', undefined]
    if (key === '$bytes') return slice(file, inner, 1)
    if (key === '$float32') return new Float32Array(slice(file, inner, 4).buffer)
    if (key === '$number') return Number(inner)
    return Object.fromEntries(entries.map(([name, value]) => [name, unpack(value, depth + 1)]))
  }
  return unpack(packed, 0)
}

const MOST_LEVELS = 20

/** A copy, so that its buffer holds nothing else. */
function slice(file: Uint8Array, place: unknown, bytesEach: number): Uint8Array<ArrayBuffer> {
  const [at, count]: readonly unknown[] = Array.isArray(place) ? place : []
  if (!isLength(at) || !isLength(count)) throw damaged('without a place of its bytes')
  const end = at + count * bytesEach
  if (end > file.byteLength) throw damaged(`bytes ${at} to ${end} of a file of ${file.byteLength}`)
  return Uint8Array.from(file.subarray(at, end))
}

function isLength(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0
}

function damaged(found: string): AppException {
  return new AppException({
    code: 'file-corrupt',
    message: `A message from the cluster is damaged: ${found}.`,
    remedy: 'Retry the run; it goes on from its last checkpoint.',
  })
}
