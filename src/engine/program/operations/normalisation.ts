/** Batch normalisation with given mean and variance, as TensorFlow.js' own kernel has it. */
import { uniform } from '../onnx/value.ts'
import { operand, operation, type OperationTable } from './operation.ts'

const fusedBatchNorm = operation(
  (call) => operand(call, 'x'),
  (call, lowering) => {
    const [x, mean, variance] = [operand(call, 'x'), operand(call, 'mean'), operand(call, 'variance')]
    const epsilon = uniform({ shape: [], dtype: 'float32' }, call.attributes.number('varianceEpsilon'))
    const deviation = lowering.elementwise(
      'Sqrt',
      [lowering.elementwise('Add', [variance, epsilon], variance)],
      variance,
    )
    const scale = call.inputs.get('scale') ?? uniform(variance, 1)
    const factor = lowering.elementwise('Div', [scale, deviation], variance)
    const centred = lowering.elementwise('Sub', [x, mean], call.output)
    const scaled = lowering.elementwise('Mul', [centred, factor], call.output)
    const offset = call.inputs.get('offset')
    return offset === undefined ? scaled : lowering.elementwise('Add', [scaled, offset], call.output)
  },
)

export const normalizationOperations: OperationTable = { FusedBatchNorm: fusedBatchNorm }
