/** Activations, as one node or as the several that exporters write. */
import { float } from '#engine/program/onnx/model.ts'
import type { ModelWriter } from '../onnx-models.ts'
import { text } from '../onnx-models.ts'
import { channels, classified, convolution, number, type Kind } from './kind.ts'

function activated(
  title: string,
  build: (model: ModelWriter, x: string) => string,
  has: readonly string[],
  opset = 17,
): Kind {
  return { title, has, opset, build: (model, x) => classified(model, convolution(model, build(model, x), 'next')) }
}

const node =
  (op: string, attributes: Parameters<ModelWriter['node']>[3] = {}) =>
  (model: ModelWriter, x: string): string =>
    model.node(op, 'activated', [x], attributes)

/** x times something of x */
const gated =
  (gate: (model: ModelWriter, x: string) => string) =>
  (model: ModelWriter, x: string): string =>
    model.node('Mul', 'gated', [x, gate(model, x)])

const plusThree = (model: ModelWriter, x: string): string => model.node('Add', 'three', [x, number(model, '3', 3)])
const clip = (model: ModelWriter, x: string, low: number, high: number): string =>
  model.node('Clip', 'clipped', [x, number(model, 'low', low), number(model, 'high', high)])

/** 1 + tanh(sqrt(2 / pi) (x + 0.044715 x^3)) */
function tanhGate(model: ModelWriter, x: string, cube: string): string {
  const scaled = model.node('Mul', 'cube.scaled', [cube, number(model, 'c', 0.044715)])
  const sum = model.node('Add', 'cubic', [x, scaled])
  const inner = model.node('Mul', 'inner', [sum, number(model, 'root', Math.sqrt(2 / Math.PI))])
  return model.node('Add', 'one.more', [model.node('Tanh', 'tanh', [inner]), number(model, 'one', 1)])
}

function erfGate(model: ModelWriter, x: string): string {
  const erf = model.node('Erf', 'erf', [model.node('Div', 'divided', [x, number(model, 'root', Math.SQRT2)])])
  return model.node('Add', 'one.more', [erf, number(model, 'one', 1)])
}

const half = (model: ModelWriter, x: string): string => model.node('Mul', 'half', [x, number(model, '0.5', 0.5)])

export const activationKinds: readonly Kind[] = [
  activated('Elu', node('Elu', { alpha: float(0.7) }), ['elu']),
  activated('Celu', node('Celu', { alpha: float(1.3) }), ['celu']),
  activated('Selu', node('Selu'), ['selu']),
  activated('LeakyRelu', node('LeakyRelu', { alpha: float(0.3) }), ['leaky-relu']),
  activated('HardSigmoid', node('HardSigmoid', { alpha: float(0.3) }), ['hard-sigmoid']),
  activated('HardSwish', node('HardSwish'), ['hard-swish']),
  activated('Gelu', node('Gelu'), ['gelu'], 20),
  activated('Gelu by tanh', node('Gelu', { approximate: text('tanh') }), ['gelu-tanh'], 20),
  activated('Mish', node('Mish'), ['mish'], 18),
  activated('Softplus', node('Softplus'), ['softplus']),
  activated('Softsign', node('Softsign'), ['softsign']),
  activated('Tanh', node('Tanh'), ['tanh']),
  {
    ...activated('ThresholdedRelu', node('ThresholdedRelu', { alpha: float(0.2) }), ['thresholded-relu']),
    isJumping: true,
  },
  activated('Hardtanh', (m, x) => clip(m, x, -1, 1), ['clip']),
  activated('ReLU6 as Min of Relu', (m, x) => m.node('Min', 'm', [node('Relu')(m, x), number(m, 'six', 6)]), ['clip']),
  activated('ReLU as Max', (m, x) => m.node('Max', 'm', [number(m, 'zero', 0), x]), ['relu']),
  activated('PRelu a channel', (m, x) => m.node('PRelu', 'p', [x, m.weights('slope', [channels, 1, 1], 0, 0.5)]), [
    'prelu',
  ]),
  activated('PRelu', (m, x) => m.node('PRelu', 'p', [x, m.floats('slope', [1], [0.2])]), ['prelu']),
  activated('SiLU', gated(node('Sigmoid')), ['sigmoid', 'multiply']),
  activated('GELU as erf, halved at the end', (m, x) => half(m, m.node('Mul', 'product', [x, erfGate(m, x)])), [
    'gelu',
  ]),
  activated('GELU as erf, halved first', (m, x) => m.node('Mul', 'product', [half(m, x), erfGate(m, x)]), ['gelu']),
  activated(
    'GELU as erf, its gate halved',
    gated((m, x) => half(m, erfGate(m, x))),
    ['gelu'],
  ),
  activated(
    'GELU as tanh with a power',
    (m, x) => half(m, gated((_, y) => tanhGate(m, y, m.node('Pow', 'cube', [y, number(m, 'exponent', 3)])))(m, x)),
    ['gelu-tanh'],
  ),
  activated(
    'GELU as tanh with products',
    (m, x) => {
      const cube = m.node('Mul', 'cube', [m.node('Mul', 'square', [x, x]), x])
      return m.node('Mul', 'product', [half(m, x), tanhGate(m, x, cube)])
    },
    ['gelu-tanh'],
  ),
  activated(
    'GELU with numbers of its own',
    (m, x) => half(m, m.node('Mul', 'p', [x, m.node('Add', 'a', [erf17(m, x), number(m, 'one', 1)])])),
    ['erf', 'affine', 'multiply'],
  ),
  activated(
    'Mish as products',
    gated((m, x) => m.node('Tanh', 't', [m.node('Softplus', 's', [x])])),
    ['mish'],
  ),
  activated(
    'HardSwish as Add, Clip, Mul, Div',
    (m, x) => m.node('Div', 'd', [gated((_, y) => clip(m, plusThree(m, y), 0, 6))(m, x), number(m, 'six', 6)]),
    ['hard-swish'],
  ),
  activated(
    'HardSwish as x times Div of a Clip',
    gated((m, x) => m.node('Div', 'd', [clip(m, plusThree(m, x), 0, 6), number(m, 'six', 6)])),
    ['hard-swish'],
  ),
  activated('HardSwish by HardSigmoid', gated(node('HardSigmoid', { alpha: float(1 / 6) })), ['hard-swish']),
  activated(
    'HardSigmoid as Add, Clip, Mul',
    (m, x) => m.node('Mul', 'd', [clip(m, plusThree(m, x), 0, 6), number(m, 'sixth', 1 / 6)]),
    ['hard-sigmoid'],
  ),
]

function erf17(model: ModelWriter, x: string): string {
  return model.node('Erf', 'erf', [model.node('Mul', 'scaled', [x, number(model, 'by', 0.7)])])
}
