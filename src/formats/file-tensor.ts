/** Tensors as files hold them: more element types than the engine computes with, and raw little-endian bytes. */

export type FileDtype =
  | 'float64'
  | 'float32'
  | 'float16'
  | 'bfloat16'
  | 'int64'
  | 'int32'
  | 'int16'
  | 'int8'
  | 'uint64'
  | 'uint32'
  | 'uint16'
  | 'uint8'
  | 'bool'

export const bytesOfDtype: Readonly<Record<FileDtype, number>> = {
  float64: 8,
  float32: 4,
  float16: 2,
  bfloat16: 2,
  int64: 8,
  int32: 4,
  int16: 2,
  int8: 1,
  uint64: 8,
  uint32: 4,
  uint16: 2,
  uint8: 1,
  bool: 1,
}

/** One tensor of a file, row-major and contiguous. */
export interface FileTensor {
  readonly shape: readonly number[]
  readonly dtype: FileDtype
  /** Little-endian elements. May share memory with the file's bytes: do not write to it. */
  readonly bytes: Uint8Array
  /** The values rounded to float32, in memory of their own; bool becomes 0 and 1. */
  toFloat32(): Float32Array
}

/** `bytes` is not copied. The caller has checked that its length fits `shape` and `dtype`. */
export function fileTensor(shape: readonly number[], dtype: FileDtype, bytes: Uint8Array): FileTensor {
  return { shape, dtype, bytes, toFloat32: () => decodeToFloat32(dtype, bytes) }
}

/** A tensor of these values, as if a file held it. */
export function float32FileTensor(shape: readonly number[], values: Float32Array): FileTensor {
  return fileTensor(shape, 'float32', new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
}

/**
 * Number of elements of a shape that comes from a file, or undefined when it is no shape: a negative, fractional or
 * non-finite extent, or a product that cannot be counted exactly.
 */
export function countElements(shape: readonly number[]): number | undefined {
  let count = 1
  for (const extent of shape) {
    if (!Number.isSafeInteger(extent) || extent < 0) return undefined
    count *= extent
    if (count > Number.MAX_SAFE_INTEGER) return undefined
  }
  return count
}

/** The values rounded to float32, in the memory of the file where they are float32 already: do not write to them. */
export function float32View({ dtype, bytes }: FileTensor): Float32Array {
  const isAligned = bytes.byteOffset % Float32Array.BYTES_PER_ELEMENT === 0
  if (dtype !== 'float32' || !isAligned) return decodeToFloat32(dtype, bytes)
  return new Float32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / Float32Array.BYTES_PER_ELEMENT)
}

/** The values of a tensor of 32 or 64-bit integers, exact up to 2^53; undefined for another element type. */
export function integersOf({ dtype, bytes }: FileTensor): Float64Array | undefined {
  if (dtype !== 'int64' && dtype !== 'int32') return undefined
  const words = new Int32Array(new Uint8Array(bytes).buffer)
  if (dtype === 'int32') return Float64Array.from(words)
  // By halves: millions of bigints take seconds.
  const values = new Float64Array(words.length / 2)
  for (let i = 0; i < values.length; i++) values[i] = ((words[2 * i] ?? 0) >>> 0) + (words[2 * i + 1] ?? 0) * 2 ** 32
  return values
}

function decodeToFloat32(dtype: FileDtype, bytes: Uint8Array): Float32Array {
  // A copy starts at offset 0 of its own buffer, as typed arrays need; every platform of the studio is little-endian.
  const buffer = new Uint8Array(bytes).buffer
  switch (dtype) {
    case 'float32':
      return new Float32Array(buffer)
    case 'float64':
      return Float32Array.from(new Float64Array(buffer))
    case 'float16':
      return Float32Array.from(new Uint16Array(buffer), halfToNumber)
    case 'bfloat16':
      return bfloat16ToFloat32(new Uint16Array(buffer))
    case 'int64':
      return Float32Array.from(new BigInt64Array(buffer), Number)
    case 'uint64':
      return Float32Array.from(new BigUint64Array(buffer), Number)
    case 'int32':
      return Float32Array.from(new Int32Array(buffer))
    case 'uint32':
      return Float32Array.from(new Uint32Array(buffer))
    case 'int16':
      return Float32Array.from(new Int16Array(buffer))
    case 'uint16':
      return Float32Array.from(new Uint16Array(buffer))
    case 'int8':
      return Float32Array.from(new Int8Array(buffer))
    case 'uint8':
      return Float32Array.from(new Uint8Array(buffer))
    case 'bool':
      return Float32Array.from(new Uint8Array(buffer), (byte) => (byte === 0 ? 0 : 1))
  }
}

/** IEEE 754 binary16: 1 sign, 5 exponent, 10 fraction bits. */
function halfToNumber(bits: number): number {
  const sign = bits & 0x8000 ? -1 : 1
  const exponent = (bits >> 10) & 0x1f
  const fraction = bits & 0x3ff
  if (exponent === 0) return sign * fraction * 2 ** -24
  if (exponent === 0x1f) return fraction === 0 ? sign * Infinity : NaN
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15)
}

/** bfloat16 is the upper half of a float32. */
function bfloat16ToFloat32(upperHalves: Uint16Array): Float32Array {
  return new Float32Array(Uint32Array.from(upperHalves, (upper) => upper << 16).buffer)
}
