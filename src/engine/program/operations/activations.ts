/** Activations; `Step` is the gradient of `Relu`, `EluGrad` that of `Elu`. */
import { float } from '../onnx/model.ts'
import { uniform } from '../onnx/value.ts'
import { clip, composed, literal, sameAsX, unary } from './elementwise.ts'
import { operand, operation, type OperationTable } from './operation.ts'

/** 1 where x > 0, else `alpha`; with alpha 0 it is the gradient of Relu and stays a mask. */
const step = operation(sameAsX, (call, lowering) => {
  const x = operand(call, 'x')
  const alpha = call.attributes.number('alpha', 0)
  const zero = uniform({ shape: [], dtype: x.dtype }, 0)
  const isPositive = lowering.elementwise('Greater', [lowering.reluOf(x), zero], { shape: x.shape, dtype: 'bool' })
  const { output } = call
  if (alpha === 0) return { ...output, source: { kind: 'mask', condition: isPositive } }
  const [one, other] = [uniform({ ...output, shape: [] }, 1), uniform({ ...output, shape: [] }, alpha)]
  return lowering.elementwise('Where', [isPositive, one, other], output)
})

const relu = operation(sameAsX, (call, lowering) => {
  const x = operand(call, 'x')
  const isReadElsewhere = call.readersOf('x').some((reader) => reader !== 'Relu' && reader !== 'Step')
  const result =
    x.source.kind === 'pending' && !isReadElsewhere
      ? x.source.pending.rectified()
      : lowering.elementwise('Relu', [x], call.output)
  lowering.rememberRelu(x, result)
  return result
})

const eluGrad = composed(
  (call) => operand(call, 'y'),
  (call, apply, lowering) => {
    const [dy, y] = [operand(call, 'dy'), operand(call, 'y')]
    const isPositive = lowering.elementwise('GreaterOrEqual', [y, literal(0)], { shape: y.shape, dtype: 'bool' })
    return apply('Where', isPositive, dy, apply('Mul', dy, apply('Add', y, 1)))
  },
)

export const activationOperations: OperationTable = {
  Relu: relu,
  Step: step,
  Relu6: clip(
    () => 0,
    () => 6,
  ),
  LeakyRelu: unary(
    'LeakyRelu',
    (x = 0) => x,
    (call) => ({ alpha: float(call.attributes.number('alpha')) }),
  ),
  Elu: unary('Elu', (x = 0) => (x >= 0 ? x : Math.expm1(x))),
  EluGrad: eluGrad,
  Tanh: unary('Tanh', (x = 0) => Math.tanh(x)),
  Sigmoid: unary('Sigmoid', (x = 0) => 1 / (1 + Math.exp(-x))),
  Softplus: unary('Softplus', (x = 0) => Math.log1p(Math.exp(x))),
}
