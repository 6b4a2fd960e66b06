/**
 * The arithmetic with shapes that exporters leave in a graph (Shape, Gather, Concat ... before a Reshape), computed at
 * import. Values are small integers: not one of these arrays is larger than what a shape or a padding needs.
 */
import { sizeOf } from '#shared/tensors/host-tensor.ts'

export interface Integers {
  readonly shape: readonly number[]
  /** Row-major. */
  readonly values: readonly number[]
}

/** Of any array here. */
export const mostIntegers = 4096

export function vector(values: readonly number[]): Integers {
  return { shape: [values.length], values }
}

/** A negative axis counts from the end; undefined when there is no such axis. */
export function axisOf(axis: number, rank: number): number | undefined {
  const found = axis < 0 ? axis + rank : axis
  return Number.isInteger(found) && found >= 0 && found < rank ? found : undefined
}

export function gather(data: Integers, indices: Integers, axis: number): Integers | undefined {
  // A shape is a vector; nothing else is gathered from.
  if (data.shape.length !== 1 || axis !== 0 || indices.values.length > mostIntegers) return undefined
  const picked = indices.values.map((index) => data.values.at(index < 0 ? index + data.values.length : index))
  const values = picked.filter((value) => value !== undefined)
  return values.length === picked.length ? { shape: indices.shape, values } : undefined
}

export function concatenate(parts: readonly Integers[]): Integers | undefined {
  if (parts.some(({ shape }) => shape.length !== 1)) return undefined
  const values = parts.flatMap((part) => part.values)
  return values.length <= mostIntegers ? vector(values) : undefined
}

/** With broadcasting of a single number only. */
export function combine(
  left: Integers,
  right: Integers,
  operation: (left: number, right: number) => number,
): Integers | undefined {
  const [longer, isSwapped] = left.values.length >= right.values.length ? [left, false] : [right, true]
  const shorter = isSwapped ? left : right
  if (shorter.values.length !== 1 && shorter.shape.join() !== longer.shape.join()) return undefined
  const values = longer.values.map((value, at) => {
    const other = shorter.values[shorter.values.length === 1 ? 0 : at] ?? 0
    return isSwapped ? operation(other, value) : operation(value, other)
  })
  return values.every(Number.isFinite) ? { shape: longer.shape, values } : undefined
}

export function reshape(data: Integers, extents: readonly number[]): Integers | undefined {
  const shape = resolveExtents(data.shape, extents)
  return shape === undefined ? undefined : { shape, values: data.values }
}

/** The shape that the operand of Reshape stands for: 0 keeps an extent, -1 takes what is left. */
export function resolveExtents(
  before: readonly number[],
  extents: readonly number[],
  isZeroKept = true,
): readonly number[] | undefined {
  const count = sizeOf(before)
  const shape = extents.map((extent, at) => (extent === 0 && isZeroKept ? (before[at] ?? 0) : extent))
  const known = shape.reduce((product, extent) => (extent === -1 ? product : product * extent), 1)
  const free = shape.filter((extent) => extent === -1).length
  if (free > 1 || shape.some((extent) => extent < -1 || !Number.isInteger(extent))) return undefined
  const resolved = shape.map((extent) => (extent === -1 ? count / known : extent))
  return sizeOf(resolved) === count && resolved.every(Number.isInteger) ? resolved : undefined
}

/** Of a matrix; a vector stays. */
export function transpose(data: Integers): Integers | undefined {
  if (data.shape.length < 2) return data
  const [rows = 0, columns = 0] = data.shape
  if (data.shape.length > 2) return undefined
  const values = Array.from({ length: rows * columns }, (_, at) => {
    return data.values[(at % rows) * columns + Math.floor(at / rows)] ?? 0
  })
  return { shape: [columns, rows], values }
}

/** Along the first axis. */
export function slice(data: Integers, start: number, end: number, step: number): Integers | undefined {
  const [rows] = data.shape
  if (rows === undefined || rows === 0 || data.shape.length > 2) return undefined
  const width = data.values.length / rows
  const picked = slicePositions(rows, start, end, step)
  if (picked === undefined) return undefined
  const values = picked.flatMap((row) => data.values.slice(row * width, (row + 1) * width))
  return { shape: [picked.length, ...data.shape.slice(1)], values }
}

/** The positions a slice takes of an axis, as ONNX and Python do it; ends far outside are clamped. */
export function slicePositions(
  extent: number,
  start: number,
  end: number,
  step: number,
): readonly number[] | undefined {
  if (step === 0 || !Number.isInteger(step) || extent > 2 ** 24) return undefined
  const clamp = (position: number, low: number, high: number): number => {
    return Math.min(high, Math.max(low, position < 0 ? position + extent : position))
  }
  const positions: number[] = []
  if (step > 0) {
    const last = clamp(end, 0, extent)
    for (let at = clamp(start, 0, extent); at < last; at += step) positions.push(at)
  } else {
    const last = clamp(end, -1, extent - 1)
    for (let at = clamp(start, 0, extent - 1); at > last; at += step) positions.push(at)
  }
  return positions
}
