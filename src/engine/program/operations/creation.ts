/** Kernels that make tensors out of attributes; everything is known while compiling. */
import type { GraphDtype, ValueSpec } from '../graph.ts'
import { identityOrder, uniform, type Value } from '../onnx/value.ts'
import { operation, unsupported, type Call, type OperationTable } from './operation.ts'

function dtypeOf(call: Call<ValueSpec>): GraphDtype {
  const dtype = call.attributes.text('dtype', 'float32')
  if (dtype === 'float32' || dtype === 'int32' || dtype === 'bool') return dtype
  throw unsupported(call, `type ${dtype}`)
}

const fill = operation(
  (call) => ({ shape: call.attributes.numbers('shape'), dtype: dtypeOf(call) }),
  (call) => uniform(call.output, Number(call.attributes.raw('value'))),
)

function sequence(spec: ValueSpec, numbers: readonly number[]): Value {
  const data = spec.dtype === 'int32' ? Int32Array.from(numbers) : Float32Array.from(numbers)
  return { ...spec, source: { kind: 'constant', data, order: identityOrder(1), extents: spec.shape } }
}

function rangeLength(call: Call<ValueSpec>): number {
  const [start, stop, step] = [
    call.attributes.number('start'),
    call.attributes.number('stop'),
    call.attributes.number('step'),
  ]
  return Math.max(0, Math.ceil((stop - start) / step))
}

const range = operation(
  (call) => ({ shape: [rangeLength(call)], dtype: dtypeOf(call) }),
  (call) => {
    const [start, step] = [call.attributes.number('start'), call.attributes.number('step')]
    return sequence(
      call.output,
      Array.from({ length: rangeLength(call) }, (_, index) => start + index * step),
    )
  },
)

const linSpace = operation(
  (call) => ({ shape: [call.attributes.number('num')], dtype: 'float32' }),
  (call) => {
    const [start, stop, count] = [
      call.attributes.number('start'),
      call.attributes.number('stop'),
      call.attributes.number('num'),
    ]
    const step = (stop - start) / Math.max(1, count - 1)
    return sequence(
      call.output,
      Array.from({ length: count }, (_, index) => start + index * step),
    )
  },
)

export const creationOperations: OperationTable = { Fill: fill, Range: range, LinSpace: linSpace }
