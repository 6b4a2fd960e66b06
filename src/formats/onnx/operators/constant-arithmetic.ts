/** Arithmetic between weights that an exporter has left in the graph, computed at import: 1 / sqrt(variance + epsilon) ... */
import { sizeOf } from '#shared/tensors/host-tensor.ts'
import { float32FileTensor } from '../../file-tensor.ts'
import type { OperatorCall, ImportedValue, WeightsValue } from '../operator-call.ts'

/** Whether an operator has weights alone as operands, so that it has nothing to do with the images. */
export function isOfWeights({ operands }: OperatorCall): boolean {
  return operands.length > 0 && operands.every(({ kind }) => kind === 'weights')
}

/** Each number of the only operand by itself. */
export function eachNumber(operation: OperatorCall, compute: (value: number) => number): ImportedValue {
  const { name, tensor } = operation.weights(0)
  return { kind: 'weights', name, tensor: float32FileTensor(tensor.shape, tensor.toFloat32().map(compute)) }
}

/** Two operands number by number, the smaller one repeated along axes that it lacks or has one element on. */
export function pairwise(operation: OperatorCall, compute: (left: number, right: number) => number): ImportedValue {
  const [left, right] = [operation.weights(0), operation.weights(1)]
  const isLeftLarger = sizeOf(left.tensor.shape) >= sizeOf(right.tensor.shape)
  const { name, tensor } = isLeftLarger ? left : right
  // As the larger one is never repeated, a graph cannot make much of little.
  const other = repeatedTo(isLeftLarger ? right : left, tensor.shape)
  if (other === undefined) return operation.unsupported('its constants do not fit each other')
  const values = tensor.toFloat32().map((value, at) => {
    return isLeftLarger ? compute(value, other(at)) : compute(other(at), value)
  })
  return { kind: 'weights', name, tensor: float32FileTensor(tensor.shape, values) }
}

/** The number of a constant that stands against position `at` of `shape`; undefined when it cannot be repeated to it. */
function repeatedTo({ tensor }: WeightsValue, shape: readonly number[]): ((at: number) => number) | undefined {
  const own = [...shape.map(() => 1), ...tensor.shape].slice(-shape.length)
  const fits = own.every((extent, axis) => extent === 1 || extent === shape[axis])
  if (!fits || sizeOf(own) !== sizeOf(tensor.shape)) return undefined
  const values = tensor.toFloat32()
  const inner = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)))
  const steps = own.map((extent, axis) => (extent === 1 ? 0 : sizeOf(own.slice(axis + 1))))
  return (at) => {
    const from = shape.reduce((sum, extent, axis) => {
      return sum + (Math.floor(at / (inner[axis] ?? 1)) % extent) * (steps[axis] ?? 0)
    }, 0)
    return values[from] ?? NaN
  }
}
