/** Operators that are constants themselves. */
import { sizeOf } from '#shared/tensors/host-tensor.ts'
import { float32FileTensor } from '../../file-tensor.ts'
import type { GraphImport, Operator } from '../graph-import.ts'
import { mostIntegers } from '../integers.ts'
import { integersValue, vectorValue, type OperatorCall, type ImportedValue } from '../operator-call.ts'

export const constantOperators: Readonly<Record<string, Operator>> = {
  Constant: constant,
  ConstantOfShape: constantOfShape,
}

function constant(operation: OperatorCall, graph: GraphImport): ImportedValue {
  const { attributes } = operation.node
  const tensor = attributes.get('value')?.tensor
  if (tensor !== undefined) return graph.constantOf(operation.output, tensor)
  const int = attributes.get('value_int')?.int
  if (int !== undefined) return integersValue({ shape: [], values: [int] })
  const ints = operation.ints('value_ints')
  if (ints !== undefined) return vectorValue(ints)
  const float = attributes.get('value_float')?.float
  if (float !== undefined) return graph.constantOf(operation.output, float32FileTensor([], Float32Array.of(float)))
  const floats = attributes.get('value_floats')?.floats ?? []
  if (floats.length > 0)
    return graph.constantOf(operation.output, float32FileTensor([floats.length], Float32Array.from(floats)))
  return operation.unsupported('its value is no tensor of numbers')
}

function constantOfShape(operation: OperatorCall): ImportedValue {
  const { values: shape } = operation.integers(0)
  const count = sizeOf(shape)
  const tensor = operation.node.attributes.get('value')?.tensor
  const isInteger = tensor !== undefined && tensor.dtype.startsWith('int')
  if (!isInteger || shape.some((extent) => extent < 0) || count > mostIntegers) {
    return operation.unsupported('it makes something else than a few integers')
  }
  return integersValue({ shape, values: new Array<number>(count).fill(tensor.toFloat32()[0] ?? 0) })
}
