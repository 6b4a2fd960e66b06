/**
 * Small networks for images of 12 x 10 pixels, each with one thing that exporters write in a way of their own. They begin
 * with the same convolution and end in the same linear layer.
 */
import { float, int, ints } from '#engine/program/onnx/model.ts'
import { ModelWriter, text } from './onnx-models.ts'

const channels = 8
const [height, width] = [12, 10]
const classes = 10

interface Kind {
  readonly title: string
  readonly opset?: number
  /** From the maps of a convolution, or from the images if `isWhole`, to what the graph yields. */
  readonly build: (model: ModelWriter, x: string) => string
  readonly isWhole?: true
  /** Of the images in the graph, when it is not [batch, 3, height, width]. */
  readonly shape?: readonly (number | string)[]
  /** What the graph yields when that are no logits: what makes of logits what the graph yields. */
  readonly ending?: 'softmax' | 'log-softmax' | 'sigmoid' | 'arg-max'
  readonly outputDtype?: 'int32' | 'int64'
  /** Kinds of nodes it must be understood with; `activation` by the name of its function. */
  readonly has?: readonly string[]
  /** It jumps, so that no difference says what its gradient is. */
  readonly isJumping?: true
  /** Kinds of nodes that must not be left of it. */
  readonly lacks?: readonly string[]
  readonly notes?: readonly RegExp[]
  readonly scale?: 255
  /** Of what the file yields, when the studio leaves something out of it. */
  readonly tolerance?: number
}

/** Bytes of the ONNX file, of images with the channels first unless `shape` says otherwise. */
export function kindOnnx({ build, isWhole, shape, outputDtype, opset = 17 }: Kind): Uint8Array {
  const model = new ModelWriter()
  const output = build(model, isWhole === true ? 'images' : convolution(model, 'images', 'stem', 3))
  return model.bytes(output, {
    shape: shape ?? ['batch', 3, height, width],
    outputShape: ['n', 'm'],
    outputDtype: outputDtype ?? 'float32',
    opset,
  })
}

function convolution(
  model: ModelWriter,
  x: string,
  name: string,
  inputs = channels,
  filters = channels,
): string {
  const weight = model.weights(`${name}.weight`, [filters, inputs, 3, 3], -0.4, 0.4)
  return model.node('Conv', name, [x, weight, model.weights(`${name}.bias`, [filters])], { pads: ints([1, 1, 1, 1]) })
}

/** The classes of a map, by its average over the pixels. */
function classified(model: ModelWriter, x: string): string {
  return linear(model, model.node('Flatten', 'vector', [model.node('GlobalAveragePool', 'average', [x])]))
}

function linear(model: ModelWriter, x: string, inputs = channels): string {
  const operands = [x, model.weights('fc.weight', [classes, inputs]), model.weights('fc.bias', [classes])]
  return model.node('Gemm', 'scores', operands, { transB: int(1) })
}

const number = (model: ModelWriter, name: string, value: number): string => model.floats(name, [], [value])

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

const activations: readonly Kind[] = [
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

const perChannel = (model: ModelWriter, name: string, shape: readonly number[], low = 0.5): string =>
  model.weights(name, shape, low, low + 1)

const turned = (model: ModelWriter, x: string, name = 'turned'): string =>
  model.node('Transpose', name, [x], { perm: ints([0, 2, 3, 1]) })

const turnedBack = (model: ModelWriter, x: string): string =>
  model.node('Transpose', 'turned.back', [x], { perm: ints([0, 3, 1, 2]) })

/** Keras' Dense over all numbers of a map. */
function dense(model: ModelWriter, x: string): string {
  const product = model.node('MatMul', 'product', [x, model.weights('kernel', [channels * height * width, classes])])
  return model.node('Add', 'scores', [product, model.weights('bias', [classes])])
}

const permuted = /^The columns of a linear layer were put into another order/

const arithmetic: readonly Kind[] = [
  {
    title: 'Sum of three maps',
    has: ['add'],
    build: (m, x) => {
      const other = convolution(m, x, 'other')
      return classified(m, m.node('Sum', 'sum', [x, other, m.node('Relu', 'positive', [other])]))
    },
  },
  {
    title: 'difference of two maps',
    build: (m, x) => classified(m, m.node('Sub', 'difference', [x, convolution(m, x, 'other')])),
  },
  {
    title: 'batch norm as Mul and Add',
    has: ['batch-norm'],
    lacks: ['affine', 'add', 'multiply'],
    notes: [/^2 multiplications or additions of one number a channel became batch normalisation/],
    build: (m, x) => {
      const scaled = m.node('Mul', 'scaled', [x, perChannel(m, 'gamma', [1, channels, 1, 1])])
      return classified(m, m.node('Add', 'shifted', [scaled, perChannel(m, 'beta', [channels, 1, 1], -0.5)]))
    },
  },
  {
    title: 'batch norm as Sub and Div, with the channels last',
    has: ['batch-norm'],
    build: (m, x) => {
      const centred = m.node('Sub', 'centred', [turned(m, x), perChannel(m, 'mean', [channels])])
      return classified(m, turnedBack(m, m.node('Div', 'scaled', [centred, perChannel(m, 'deviation', [channels])])))
    },
  },
  {
    title: 'a scale that two layers read',
    has: ['batch-norm', 'add'],
    build: (m, x) => {
      const scaled = m.node('Mul', 'scaled', [x, perChannel(m, 'gamma', [channels, 1, 1])])
      const shifted = m.node('Add', 'shifted', [scaled, perChannel(m, 'beta', [channels, 1, 1])])
      return classified(m, m.node('Add', 'both', [scaled, shifted]))
    },
  },
  {
    title: 'batch norm of a vector',
    has: ['batch-norm'],
    build: (m, x) => {
      const vector = m.node('Flatten', 'v', [m.node('GlobalMaxPool', 'largest', [x])])
      const hidden = m.node('MatMul', 'hidden', [vector, m.weights('hidden.weight', [channels, channels])])
      const parts = ['weight', 'bias', 'mean', 'variance'].map((part) => perChannel(m, `bn.${part}`, [channels]))
      return linear(m, m.node('BatchNormalization', 'bn', [hidden, ...parts]))
    },
  },
  {
    title: 'one minus a map, times two',
    has: ['affine'],
    build: (m, x) => {
      return classified(m, m.node('Mul', 'twice', [m.node('Sub', 's', [number(m, 'one', 1), x]), number(m, 'two', 2)]))
    },
  },
  {
    title: 'arithmetic that changes nothing',
    lacks: ['affine', 'batch-norm'],
    build: (m, x) => {
      const same = m.node('Add', 'a', [m.node('Mul', 'm', [x, number(m, 'one', 1)]), m.floats('none', [1], [0])])
      return classified(m, m.node('Cast', 'c', [m.node('Identity', 'i', [same])], { to: int(1) }))
    },
  },
  {
    title: 'pixels of 0 to 255 scaled to -1 to 1',
    isWhole: true,
    scale: 255,
    notes: [
      /^What is done to the images at the beginning became the preprocessing: mean 0\.5, 0\.5, 0\.5; deviation 0\.5/,
    ],
    build: (m, x) => {
      const scaled = m.node('Mul', 's', [x, number(m, 'by', 1 / 127.5)])
      return classified(m, convolution(m, m.node('Add', 'a', [scaled, number(m, 'less', -1)]), 'stem', 3))
    },
  },
]

const reductions: readonly Kind[] = [
  ...['ReduceMean', 'ReduceMax'].flatMap((op) => [
    {
      title: `${op} over height and width, axes dropped`,
      build: (m: ModelWriter, x: string) =>
        linear(m, m.node(op, 'reduced', [x], { axes: ints([2, 3]), keepdims: int(0) })),
    },
    {
      title: `${op} over the last two axes, kept`,
      build: (m: ModelWriter, x: string) => {
        return linear(m, m.node('Flatten', 'f', [m.node(op, 'reduced', [x], { axes: ints([-1, -2]) })]))
      },
    },
    {
      title: `${op} by an operand`,
      opset: 18,
      build: (m: ModelWriter, x: string) =>
        linear(m, m.node(op, 'reduced', [x, m.integers('axes', [2, 3])], { keepdims: int(0) })),
    },
    {
      title: `${op} one axis after the other`,
      build: (m: ModelWriter, x: string) => {
        const rows = m.node(op, 'rows', [x], { axes: ints([3]), keepdims: int(0) })
        return linear(m, m.node(op, 'reduced', [rows], { axes: ints([2]), keepdims: int(0) }))
      },
    },
    {
      title: `${op} with the channels last`,
      build: (m: ModelWriter, x: string) =>
        linear(m, m.node(op, 'reduced', [turned(m, x)], { axes: ints([1, 2]), keepdims: int(0) })),
    },
  ]),
  {
    title: 'average and maximum joined',
    has: ['concat'],
    build: (m, x) => {
      const vector = (op: string): string => m.node('Flatten', `${op}.vector`, [m.node(op, `${op}.map`, [x])])
      const joined = m.node('Concat', 'joined', [vector('GlobalAveragePool'), vector('GlobalMaxPool')], {
        axis: int(1),
      })
      return linear(m, joined, 2 * channels)
    },
  },
]

const channelsLast: readonly Kind[] = [
  {
    title: 'Flatten with the channels last',
    notes: [permuted],
    build: (m, x) => dense(m, m.node('Flatten', 'flat', [turned(m, x)])),
  },
  {
    title: 'Reshape with the channels last',
    notes: [permuted],
    build: (m, x) =>
      dense(m, m.node('Reshape', 'flat', [turned(m, x), m.integers('shape', [-1, channels * height * width])])),
  },
  {
    title: 'Reshape that keeps the batch, with the channels last',
    notes: [permuted],
    build: (m, x) => dense(m, m.node('Reshape', 'flat', [turned(m, x), m.integers('shape', [0, -1])])),
  },
  {
    title: 'functions behind the flatten with the channels last',
    notes: [permuted],
    build: (m, x) => {
      const flat = m.node('Flatten', 'flat', [turned(m, x)])
      return dense(m, m.node('Dropout', 'd', [m.node('Mul', 'twice', [node('Elu')(m, flat), number(m, 'two', 2)])]))
    },
  },
  {
    title: 'functions, sums, products and joins with the channels last',
    build: (m, x) => {
      const last = turned(m, x)
      const relu = m.node('Relu', 'relu', [last])
      const sum = m.node('Add', 'sum', [last, relu])
      const mean = m.node('ReduceMean', 'mean', [sum], { axes: ints([1, 2]) })
      const excited = m.node('Mul', 'excited', [sum, m.node('Sigmoid', 'gate', [mean])])
      const joined = m.node('Concat', 'joined', [excited, last], { axis: int(3) })
      const [left = '', right = ''] = m.nodeOf('Split', ['left', 'right'], [joined], { axis: int(-1) })
      return classified(m, turnedBack(m, m.node('Add', 'again', [left, right])))
    },
  },
  {
    title: 'images with the channels last',
    isWhole: true,
    shape: ['batch', height, width, 3],
    notes: [/^The graph takes images with the channels last/],
    build: (m, x) => classified(m, convolution(m, turnedBack(m, x), 'stem', 3)),
  },
  {
    title: 'weights that are turned in the graph',
    build: (m, x) => {
      const weight = m.node('Transpose', 'weight', [m.weights('kernel', [3, 3, channels, channels], -0.3, 0.3)], {
        perm: ints([3, 2, 0, 1]),
      })
      return classified(m, m.node('Conv', 'turned.conv', [x, weight], { pads: ints([1, 1, 1, 1]) }))
    },
  },
]

const gates: readonly Kind[] = [
  {
    title: 'squeeze and excitation by linear layers',
    has: ['one-pixel', 'multiply'],
    build: (m, x) => {
      const gate = m.node('Sigmoid', 'gate', [squeezed(m, x)])
      const shape = m.integers('pixel', [-1, channels, 1, 1])
      return classified(m, m.node('Mul', 'excited', [x, m.node('Reshape', 'spread', [gate, shape])]))
    },
  },
  {
    title: 'squeeze and excitation, expanded as the map',
    has: ['one-pixel', 'multiply'],
    build: (m, x) => {
      const gate = m.node('HardSigmoid', 'gate', [squeezed(m, x)])
      const pixel = m.node('Unsqueeze', 'pixel', [gate, m.integers('axes', [2, 3])])
      const expanded = m.node('Expand', 'expanded', [pixel, m.node('Shape', 'shape', [x])])
      return classified(m, m.node('Mul', 'excited', [expanded, x]))
    },
  },
]

function squeezed(model: ModelWriter, x: string): string {
  const vector = model.node('Flatten', 'squeezed.vector', [model.node('GlobalAveragePool', 'squeezed', [x])])
  const reduced = model.node('MatMul', 'reduced', [vector, model.weights('reduce', [channels, 4])])
  return model.node('MatMul', 'expand', [
    model.node('Relu', 'reduced.relu', [reduced]),
    model.weights('excite', [4, channels]),
  ])
}

const left = (op: string): RegExp => new RegExp(`^The ${op} at the end was left out`)

const endings: readonly Kind[] = [
  {
    title: 'Softmax',
    ending: 'softmax',
    notes: [left('Softmax')],
    build: (m, x) => m.node('Softmax', 'p', [classified(m, x)]),
  },
  {
    title: 'LogSoftmax',
    ending: 'log-softmax',
    notes: [left('LogSoftmax')],
    build: (m, x) => m.node('LogSoftmax', 'p', [classified(m, x)]),
  },
  {
    title: 'the logarithm of a Softmax',
    ending: 'log-softmax',
    notes: [left('Softmax')],
    build: (m, x) => m.node('Log', 'l', [m.node('Softmax', 'p', [classified(m, x)])]),
  },
  {
    title: 'Softmax of maps of one pixel, squeezed',
    ending: 'softmax',
    build: (m, x) => {
      const maps = m.node('GlobalAveragePool', 'a', [convolution(m, x, 'last', channels, classes)])
      const softmax = m.node('Softmax', 'p', [maps], { axis: int(1) })
      return m.node('Squeeze', 'q', [softmax, m.integers('axes', [2, 3])])
    },
  },
  {
    title: 'Softmax of an old operator set over maps of one pixel',
    opset: 11,
    ending: 'softmax',
    build: (m, x) => {
      return m.node('Softmax', 'p', [m.node('GlobalAveragePool', 'a', [convolution(m, x, 'last', channels, classes)])])
    },
  },
  {
    title: 'Softmax with the channels last',
    ending: 'softmax',
    build: (m, x) => {
      const maps = m.node('GlobalAveragePool', 'a', [convolution(m, x, 'last', channels, classes)])
      return m.node('Reshape', 'r', [m.node('Softmax', 'p', [turned(m, maps)]), m.integers('shape', [0, -1])])
    },
  },
  {
    title: 'ArgMax',
    ending: 'arg-max',
    outputDtype: 'int64',
    notes: [left('ArgMax')],
    build: (m, x) => m.node('ArgMax', 'class', [classified(m, x)], { axis: int(1), keepdims: int(0) }),
  },
  {
    title: 'ArgMax of a Softmax, squeezed and turned to integers',
    ending: 'arg-max',
    outputDtype: 'int32',
    build: (m, x) => {
      const best = m.node('ArgMax', 'class', [m.node('Softmax', 'p', [classified(m, x)])], { axis: int(-1) })
      return m.node('Cast', 'i', [m.node('Squeeze', 'q', [best, m.integers('axes', [1])])], { to: int(6) })
    },
  },
  {
    title: 'Sigmoid',
    ending: 'sigmoid',
    lacks: ['sigmoid'],
    notes: [left('Sigmoid')],
    build: (m, x) => m.node('Sigmoid', 'p', [classified(m, x)]),
  },
]

/** Steps of a 16-bit quantisation of -8 to 8, which no number here leaves. */
const fine = 16 / 65_535

/** Quantised and back. */
function requantised(model: ModelWriter, x: string, scale: number, zero: number): string {
  const operands = [model.floats(`${x}.scale`, [], [scale]), model.codes(`${x}.zero`, 'uint16', [], [zero])]
  return model.node('DequantizeLinear', `${x}.again`, [
    model.node('QuantizeLinear', `${x}.codes`, [x, ...operands]),
    ...operands,
  ])
}

/** Constants of few bits, a pattern of numbers. */
function pattern(count: number, low: number, high: number): readonly number[] {
  return Array.from({ length: count }, (_, at) => low + ((at * 37) % (high - low + 1)))
}

const quantised: readonly Kind[] = [
  {
    title: 'QDQ with scales a tensor',
    opset: 21,
    tolerance: 1e-3,
    lacks: ['clip'],
    notes: [/^1 quantised tensor was turned back/, /^2 quantisations between layers were left out/],
    build: (m, x) => {
      const codes = m.codes('w.codes', 'uint8', [channels, channels, 3, 3], pattern(9 * channels * channels, 0, 255))
      const operands = [m.floats('w.scale', [], [0.002]), m.codes('w.zero', 'uint8', [], [128])]
      const weight = m.node('DequantizeLinear', 'w', [codes, ...operands])
      const maps = m.node('Conv', 'maps', [requantised(m, x, fine, 32_768), weight])
      return classified(m, requantised(m, maps, fine, 32_768))
    },
  },
  {
    title: 'QDQ with scales a channel, a bias, and a ReLU that the quantisation has taken over',
    opset: 21,
    tolerance: 1e-3,
    has: ['clip'],
    notes: [/^2 quantised tensors were turned back/, /^1 of the quantisations had taken the place of a ReLU/],
    build: (m, x) => {
      const codes = m.codes('w.codes', 'int8', [channels, channels, 3, 3], pattern(9 * channels * channels, -127, 127))
      const scales = m.weights('w.scale', [channels], 0.001, 0.003)
      const zeros = m.codes('w.zero', 'int8', [channels], new Array<number>(channels).fill(0))
      const weight = m.node('DequantizeLinear', 'w', [codes, scales, zeros], { axis: int(0) })
      const biasCodes = m.codes('b.codes', 'int32', [channels], pattern(channels, -40_000, 40_000))
      const bias = m.node('DequantizeLinear', 'b', [biasCodes, m.weights('b.scale', [channels], 1e-6, 1e-5)], {
        axis: int(0),
      })
      return classified(m, requantised(m, m.node('Conv', 'maps', [x, weight, bias]), fine, 0))
    },
  },
  {
    title: 'QDQ of weights that are numbers still',
    opset: 21,
    notes: [/^1 quantised tensor was turned back/],
    build: (m, x) => {
      const operands = [m.floats('w.scale', [], [0.005]), m.codes('w.zero', 'int8', [], [3])]
      const codes = m.node('QuantizeLinear', 'w.codes', [m.weights('w', [channels, channels, 3, 3]), ...operands])
      const weight = m.node('DequantizeLinear', 'w.again', [codes, ...operands])
      return classified(m, m.node('Conv', 'maps', [x, weight]))
    },
  },
]

export const onnxKinds: readonly Kind[] = [
  ...activations,
  ...arithmetic,
  ...reductions,
  ...channelsLast,
  ...gates,
  ...endings,
  ...quantised,
]
