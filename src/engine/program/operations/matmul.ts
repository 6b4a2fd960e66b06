/** Matrix products. Transposes of either operand become flags of the product. */
import { tf } from '#engine/program/tfjs.ts'
import type { ValueSpec } from '../graph.ts'
import type { Lowering } from '../onnx/lowering.ts'
import { int } from '../onnx/model.ts'
import { identityOrder, layoutOf, sameNumbers, transposed, type Value } from '../onnx/value.ts'
import { operand, operation, type Call, type OperationTable } from './operation.ts'

interface Matrices {
  readonly name: string
  /** 1 when rows and columns are exchanged in memory. */
  readonly isTransposed: 0 | 1
}

const batchMatMul = operation(
  (call) => {
    const [a, b] = [effective(call, 'a', 'transposeA'), effective(call, 'b', 'transposeB')]
    const batch = tf.broadcast_util.assertAndGetBroadcastShape(a.slice(0, -2), b.slice(0, -2))
    return { shape: [...batch, a.at(-2) ?? 1, b.at(-1) ?? 1], dtype: 'float32' }
  },
  (call, lowering) => {
    const [left, right] = [lowering.unblocked(operand(call, 'a')), lowering.unblocked(operand(call, 'b'))]
    const a = call.attributes.boolean('transposeA') ? matrixTransposed(left) : left
    const b = call.attributes.boolean('transposeB') ? matrixTransposed(right) : right
    return lowering.plainValue(call.output, matMul(a, b, lowering))
  },
)

function effective(call: Call<ValueSpec>, name: string, flag: string): number[] {
  const shape = [...operand(call, name).shape]
  if (!call.attributes.boolean(flag)) return shape
  return [...shape.slice(0, -2), shape.at(-1) ?? 1, shape.at(-2) ?? 1]
}

/** The last two axes exchanged; `x` must be in an ordinary layout. */
export function matrixTransposed(x: Value): Value {
  const rank = x.shape.length
  return transposed(x, [...identityOrder(rank - 2), rank - 1, rank - 2])
}

/** [..., m, k] times [..., k, n]; returns the name of the product in logical order. */
export function matMul(a: Value, b: Value, lowering: Lowering): string {
  if (a.shape.length === 2 && b.shape.length === 2) {
    const [left, right] = [matrices(a, lowering), matrices(b, lowering)]
    return lowering.emit('Gemm', [left.name, right.name], {
      transA: int(left.isTransposed),
      transB: int(right.isTransposed),
    })
  }
  if (lowering.target.device === 'gpu') return lowering.emit('MatMul', [lowering.plain(a), lowering.plain(b)])
  const [left, right] = [matrices(a, lowering), matrices(b, lowering)]
  if (left.isTransposed === 0 && right.isTransposed === 0) return lowering.emit('MatMul', [left.name, right.name])
  const flags = { transA: int(left.isTransposed), transB: int(right.isTransposed) }
  return lowering.emit('FusedMatMul', [left.name, right.name], flags, 'com.microsoft')
}

function matrices(x: Value, lowering: Lowering): Matrices {
  const plainOrder = identityOrder(x.shape.length)
  const exchanged = plainOrder.toSpliced(-2, 2, x.shape.length - 1, x.shape.length - 2)
  if (sameNumbers(layoutOf(x).order, exchanged)) return { name: lowering.ordered(x, exchanged), isTransposed: 1 }
  return { name: lowering.plain(x), isTransposed: 0 }
}

export const matMulOperations: OperationTable = { BatchMatMul: batchMatMul }
