/**
 * Output shapes of the kernels the tracer knows: one row a kernel. The rules are those of the eager kernels;
 * attributes arrive as TensorFlow.js passes them to a backend.
 */
import { tf } from '#engine/program/tfjs.ts'
import type { ValueDtype } from './graph.ts'

export interface ShapeOf {
  readonly shape: readonly number[]
  readonly dtype: ValueDtype
}
interface Call {
  readonly inputs: Readonly<Record<string, ShapeOf>>
  /** Inputs in the order given (variadic kernels). */
  readonly list: readonly ShapeOf[]
  readonly attributes: Readonly<Record<string, unknown>>
}
export type ShapeRule = (call: Call) => ShapeOf | readonly ShapeOf[]

function input(call: Call, name: string): ShapeOf {
  const found = call.inputs[name]
  if (found === undefined) throw new RangeError(`kernel input ${name} is missing`)
  return found
}

function numbers(value: unknown): readonly number[] {
  if (typeof value === 'number') return [value]
  if (Array.isArray(value) && value.every((entry): entry is number => typeof entry === 'number')) return value
  throw new RangeError(`expected a list of numbers, got ${String(value)}`)
}

function axes(value: unknown, rank: number): readonly number[] {
  const list = value === undefined || value === null ? Array.from({ length: rank }, (_, axis) => axis) : numbers(value)
  return list.map((axis) => (axis < 0 ? axis + rank : axis))
}

const sameAsX: ShapeRule = (call) => input(call, 'x')
const binary: ShapeRule = (call) => {
  const [a, b] = [input(call, 'a'), input(call, 'b')]
  return { shape: tf.backend_util.assertAndGetBroadcastShape([...a.shape], [...b.shape]), dtype: a.dtype }
}
const comparison: ShapeRule = (call) => ({ ...(binary(call) as ShapeOf), dtype: 'bool' })
const reduction: ShapeRule = (call) => {
  const x = input(call, 'x')
  const reduced = new Set(axes(call.attributes['axis'] ?? call.attributes['axes'], x.shape.length))
  const keep = call.attributes['keepDims'] === true
  const shape = x.shape.flatMap((extent, axis) => {
    if (!reduced.has(axis)) return [extent]
    return keep ? [1] : []
  })
  return { shape, dtype: x.dtype === 'bool' ? 'int32' : x.dtype }
}
const argument: ShapeRule = (call) => ({ ...(reduction(call) as ShapeOf), dtype: 'int32' })

export const shapeRules: Readonly<Record<string, ShapeRule>> = {
  Add: binary,
  Sub: binary,
  Multiply: binary,
  RealDiv: binary,
  Maximum: binary,
  Minimum: binary,
  Pow: binary,
  SquaredDifference: binary,
  Equal: comparison,
  NotEqual: comparison,
  Greater: comparison,
  GreaterEqual: comparison,
  Less: comparison,
  LessEqual: comparison,
  LogicalAnd: comparison,
  LogicalOr: comparison,
  LogicalNot: sameAsX,
  Neg: sameAsX,
  Abs: sameAsX,
  Exp: sameAsX,
  Log: sameAsX,
  Sqrt: sameAsX,
  Rsqrt: sameAsX,
  Square: sameAsX,
  Reciprocal: sameAsX,
  Sin: sameAsX,
  Cos: sameAsX,
  Tanh: sameAsX,
  Sigmoid: sameAsX,
  Relu: sameAsX,
  Step: sameAsX,
  Sign: sameAsX,
  Round: sameAsX,
  ClipByValue: sameAsX,
  Identity: sameAsX,
  ZerosLike: sameAsX,
  OnesLike: sameAsX,
  Softmax: (call) => input(call, 'logits'),
  LogSoftmax: (call) => input(call, 'logits'),
  AddN: (call) => {
    const [first] = call.list
    if (first === undefined) throw new RangeError('AddN without inputs')
    return first
  },
  Cast: (call) => {
    const dtype = call.attributes['dtype']
    if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool') throw new RangeError(`Cast to ${String(dtype)}`)
    return { shape: input(call, 'x').shape, dtype }
  },
  Select: (call) => input(call, 't'),
  Sum: reduction,
  Mean: reduction,
  Max: reduction,
  Min: reduction,
  Prod: reduction,
  ArgMax: argument,
  ArgMin: argument,
  Reshape: (call) => {
    const x = input(call, 'x')
    const shape = [...numbers(call.attributes['shape'])]
    const known = shape.reduce((size, extent) => (extent < 0 ? size : size * extent), 1)
    const size = x.shape.reduce((product, extent) => product * extent, 1)
    return { shape: shape.map((extent) => (extent < 0 ? size / known : extent)), dtype: x.dtype }
  },
  ExpandDims: (call) => {
    const x = input(call, 'input')
    const dim = call.attributes['dim']
    const at = typeof dim === 'number' ? (dim < 0 ? x.shape.length + 1 + dim : dim) : 0
    return { shape: [...x.shape.slice(0, at), 1, ...x.shape.slice(at)], dtype: x.dtype }
  },
  Transpose: (call) => {
    const x = input(call, 'x')
    return { shape: numbers(call.attributes['perm']).map((axis) => x.shape[axis] ?? 0), dtype: x.dtype }
  },
  Slice: (call) => {
    const x = input(call, 'x')
    const begin = numbers(call.attributes['begin'])
    const size = numbers(call.attributes['size'])
    return {
      shape: x.shape.map((extent, axis) => {
        const length = size[axis] ?? -1
        return length < 0 ? extent - (begin[axis] ?? 0) : length
      }),
      dtype: x.dtype,
    }
  },
  StridedSlice: (call) => {
    const x = input(call, 'x')
    const begin = numbers(call.attributes['begin'])
    const end = numbers(call.attributes['end'])
    const strides = numbers(call.attributes['strides'])
    return {
      shape: x.shape.map((_, axis) =>
        Math.max(0, Math.ceil(((end[axis] ?? 0) - (begin[axis] ?? 0)) / (strides[axis] ?? 1))),
      ),
      dtype: x.dtype,
    }
  },
  PadV2: (call) => {
    const x = input(call, 'x')
    const paddings = call.attributes['paddings']
    if (!Array.isArray(paddings)) throw new RangeError('PadV2 without paddings')
    return {
      shape: x.shape.map((extent, axis) => {
        const pair = numbers(paddings[axis])
        return extent + (pair[0] ?? 0) + (pair[1] ?? 0)
      }),
      dtype: x.dtype,
    }
  },
  Concat: (call) => {
    const [first] = call.list
    if (first === undefined) throw new RangeError('Concat without inputs')
    const axis = axes(call.attributes['axis'], first.shape.length)[0] ?? 0
    const total = call.list.reduce((sum, entry) => sum + (entry.shape[axis] ?? 0), 0)
    return { shape: first.shape.map((extent, at) => (at === axis ? total : extent)), dtype: first.dtype }
  },
  Pack: (call) => {
    const [first] = call.list
    if (first === undefined) throw new RangeError('Pack without inputs')
    const axis = axes(call.attributes['axis'], first.shape.length + 1)[0] ?? 0
    return {
      shape: [...first.shape.slice(0, axis), call.list.length, ...first.shape.slice(axis)],
      dtype: first.dtype,
    }
  },
  SplitV: (call) => {
    const x = input(call, 'x')
    const axis = axes(call.attributes['axis'], x.shape.length)[0] ?? 0
    const sizes = tf.backend_util.prepareSplitSize(
      { shape: [...x.shape] } as Parameters<typeof tf.backend_util.prepareSplitSize>[0],
      [...numbers(call.attributes['numOrSizeSplits'])].length === 1 &&
        typeof call.attributes['numOrSizeSplits'] === 'number'
        ? call.attributes['numOrSizeSplits']
        : [...numbers(call.attributes['numOrSizeSplits'])],
      axis,
    )
    return sizes.map((size) => ({
      shape: x.shape.map((extent, at) => (at === axis ? size : extent)),
      dtype: x.dtype,
    }))
  },
  Unpack: (call) => {
    const value = input(call, 'value')
    const axis = axes(call.attributes['axis'], value.shape.length)[0] ?? 0
    const shape = value.shape.filter((_, at) => at !== axis)
    return Array.from({ length: value.shape[axis] ?? 0 }, () => ({ shape, dtype: value.dtype }))
  },
  Tile: (call) => {
    const x = input(call, 'x')
    const reps = numbers(call.attributes['reps'])
    return { shape: x.shape.map((extent, axis) => extent * (reps[axis] ?? 1)), dtype: x.dtype }
  },
  BroadcastTo: (call) => ({ shape: numbers(call.attributes['shape']), dtype: input(call, 'x').dtype }),
  GatherV2: (call) => {
    const [x, indices] = [input(call, 'x'), input(call, 'indices')]
    const axis = axes(call.attributes['axis'], x.shape.length)[0] ?? 0
    return { shape: [...x.shape.slice(0, axis), ...indices.shape, ...x.shape.slice(axis + 1)], dtype: x.dtype }
  },
  UnsortedSegmentSum: (call) => {
    const [x, segments] = [input(call, 'x'), input(call, 'segmentIds')]
    const count = numbers(call.attributes['numSegments'])[0] ?? 0
    return { shape: [count, ...x.shape.slice(segments.shape.length)], dtype: x.dtype }
  },
  OneHot: (call) => {
    const depth = numbers(call.attributes['depth'])[0] ?? 0
    const dtype = call.attributes['dtype']
    return { shape: [...input(call, 'indices').shape, depth], dtype: dtype === 'float32' ? 'float32' : 'int32' }
  },
  BatchMatMul: (call) => {
    const [a, b] = [input(call, 'a'), input(call, 'b')]
    const rows = a.shape.at(call.attributes['transposeA'] === true ? -1 : -2) ?? 1
    const columns = b.shape.at(call.attributes['transposeB'] === true ? -2 : -1) ?? 1
    const batch = tf.backend_util.assertAndGetBroadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2))
    return { shape: [...batch, rows, columns], dtype: 'float32' }
  },
  Conv2D: (call) => {
    const [x, filter] = [input(call, 'x'), input(call, 'filter')]
    const info = convolution(x.shape, filter.shape, call.attributes)
    return { shape: info.outShape, dtype: 'float32' }
  },
  Conv2DBackpropInput: (call) => ({ shape: numbers(call.attributes['inputShape']), dtype: 'float32' }),
  Conv2DBackpropFilter: (call) => ({ shape: numbers(call.attributes['filterShape']), dtype: 'float32' }),
}

/** Geometry of a convolution from kernel attributes; NHWC or NCHW by `dataFormat`. Filters are HWIO. */
export function convolution(
  inputShape: readonly number[],
  filterShape: readonly number[],
  attributes: Readonly<Record<string, unknown>>,
): tf.backend_util.Conv2DInfo {
  const four = (shape: readonly number[]): [number, number, number, number] => [
    shape[0] ?? 1,
    shape[1] ?? 1,
    shape[2] ?? 1,
    shape[3] ?? 1,
  ]
  const dataFormat = attributes['dataFormat'] === 'NCHW' ? 'NCHW' : 'NHWC'
  const pair = (value: unknown): [number, number] => {
    const list = numbers(value ?? 1)
    return [list[0] ?? 1, list[1] ?? list[0] ?? 1]
  }
  return tf.backend_util.computeConv2DInfo(
    four(inputShape),
    four(filterShape),
    pair(attributes['strides']),
    pair(attributes['dilations']),
    // `pad` is 'same', 'valid', a number, or explicit pairs; validated by the operation before it reached the kernel.
    attributes['pad'] as Parameters<typeof tf.backend_util.computeConv2DInfo>[4],
    undefined,
    false,
    tf.backend_util.convertConv2DDataFormat(dataFormat),
  )
}
