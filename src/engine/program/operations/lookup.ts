/** Look-ups by index and their gradients. */
import { elementTypes } from '#shared/onnx/schema.ts'
import { sizeOf } from '#shared/tensors/host-tensor.ts'
import { int, type OnnxAttributes } from '../onnx/model.ts'
import type { Lowering } from '../onnx/lowering.ts'
import type { ValueSpec } from '../graph.ts'
import type { Value } from '../onnx/value.ts'
import { operand, operation, unsupported, type Call, type OperationTable } from './operation.ts'

/** Above this size the one-hot matrix of a segment sum costs more than adding row by row on one thread. */
const oneHotLimit = 2 ** 22

function axisOf(call: Call<ValueSpec>): number {
  const axis = call.attributes.number('axis', 0)
  return axis < 0 ? axis + operand(call, 'x').shape.length : axis
}

const gather = operation(
  (call) => {
    const [x, indices] = [operand(call, 'x'), operand(call, 'indices')]
    if (call.attributes.number('batchDims', 0) !== 0) throw unsupported(call, 'batch dimensions')
    return { shape: x.shape.toSpliced(axisOf(call), 1, ...indices.shape), dtype: x.dtype }
  },
  (call, lowering) => {
    const names = [lowering.plain(operand(call, 'x')), lowering.plain(operand(call, 'indices'))]
    return lowering.plainValue(call.output, lowering.emit('Gather', names, { axis: int(axisOf(call)) }))
  },
)

const gatherNd = operation(
  (call) => {
    const [params, indices] = [operand(call, 'params'), operand(call, 'indices')]
    const depth = indices.shape.at(-1) ?? 0
    return { shape: [...indices.shape.slice(0, -1), ...params.shape.slice(depth)], dtype: params.dtype }
  },
  (call, lowering) => {
    const indices = int64(operand(call, 'indices'), lowering)
    return lowering.plainValue(
      call.output,
      lowering.emit('GatherND', [lowering.plain(operand(call, 'params')), indices]),
    )
  },
)

const oneHot = operation(
  (call) => {
    const dtype = call.attributes.text('dtype', 'int32')
    if (dtype !== 'float32' && dtype !== 'int32') throw unsupported(call, `type ${dtype}`)
    return { shape: [...operand(call, 'indices').shape, call.attributes.number('depth')], dtype }
  },
  (call, lowering) => {
    const [on, off] = [call.attributes.number('onValue', 1), call.attributes.number('offValue', 0)]
    const name = oneHotMatrix(operand(call, 'indices'), call.attributes.number('depth'), [off, on], lowering)
    return lowering.cast(lowering.plainValue({ ...call.output, dtype: 'float32' }, name), call.output.dtype)
  },
)

/** The CPU provider knows one-hot only from int64 to float32. */
function oneHotMatrix(indices: Value, depth: number, offOn: readonly number[], lowering: Lowering): string {
  const { builder } = lowering
  const values = builder.initializer('float32', [2], Float32Array.from(offOn))
  return lowering.emit('OneHot', [int64(indices, lowering), builder.int64([depth], []), values], { axis: int(-1) })
}

function int64(indices: Value, lowering: Lowering): string {
  return lowering.emit('Cast', [lowering.plain(indices)], { to: int(elementTypes.int64) })
}

/**
 * Rows of x with the same segment number add up: [rows, ...] to [segments, ...]. As a product with a one-hot matrix
 * this is exact and deterministic; ScatterND with addition loses updates on two threads. ScatterElements runs on one
 * thread, in order, and serves where the matrix would be too large.
 */
const unsortedSegmentSum = operation(
  (call) => {
    const x = operand(call, 'x')
    return { shape: [call.attributes.number('numSegments'), ...x.shape.slice(1)], dtype: x.dtype }
  },
  (call, lowering) => {
    const [x, ids] = [operand(call, 'x'), operand(call, 'segmentIds')]
    if (x.dtype !== 'float32') throw unsupported(call, `type ${x.dtype}`)
    const [rows = 0] = x.shape
    const [segments = 0] = call.output.shape
    const width = sizeOf(x.shape) / rows
    const matrix = lowering.reshape(x, [rows, width])
    const sum = { shape: [segments, width], dtype: x.dtype }
    const name =
      rows * segments <= oneHotLimit
        ? sumByProduct(matrix, ids, segments, lowering)
        : sumByScatter(matrix, ids, segments, lowering)
    return lowering.reshape(lowering.plainValue(sum, name), call.output.shape)
  },
)

function sumByProduct(matrix: Value, ids: Value, segments: number, lowering: Lowering): string {
  const isSmall = segments <= mostCopiedColumns
  const membership = isSmall ? identityRows(ids, segments, lowering) : oneHotMatrix(ids, segments, [0, 1], lowering)
  return lowering.emit('Gemm', [membership, lowering.plain(matrix)], { transA: int(1), transB: int(0) })
}

/** Up to this many columns, copying rows of an identity matrix takes a fraction of the time of `OneHot`. */
const mostCopiedColumns = 256

/** The one-hot matrix of numbers that are all below `columns`. */
function identityRows(numbers: Value, columns: number, lowering: Lowering): string {
  const entries = Float32Array.from({ length: columns * columns }, (_, at) => (at % (columns + 1) === 0 ? 1 : 0))
  const identity = lowering.builder.initializer('float32', [columns, columns], entries)
  return lowering.emit('Gather', [identity, int64(numbers, lowering)], { axis: int(0) })
}

function sumByScatter(matrix: Value, ids: Value, segments: number, lowering: Lowering): string {
  const [rows = 0, width = 0] = matrix.shape
  const { builder } = lowering
  const column = builder.reshape(int64(ids, lowering), [rows, 1])
  const indices = lowering.emit('Expand', [column, builder.int64([rows, width])])
  const zeros = lowering.emit('Expand', [builder.scalar('float32', 0), builder.int64([segments, width])])
  return lowering.emit('ScatterElements', [zeros, indices, lowering.plain(matrix)], scatterAttributes)
}

const scatterAttributes: OnnxAttributes = { axis: int(0), reduction: { kind: 'string', value: 'add' } }

export const lookupOperations: OperationTable = {
  GatherV2: gather,
  GatherNd: gatherNd,
  OneHot: oneHot,
  UnsortedSegmentSum: unsortedSegmentSum,
}
