/** Sums, batch norm in other forms, reductions and gates. */
import { int, ints } from '#engine/program/onnx/model.ts'
import type { ModelWriter } from '../onnx-models.ts'
import { channels, classified, convolution, linear, number, turned, turnedBack, type Kind } from './kind.ts'

const perChannel = (model: ModelWriter, name: string, shape: readonly number[], low = 0.5): string =>
  model.weights(name, shape, low, low + 1)

export const arithmeticKinds: readonly Kind[] = [
  {
    title: 'Sum of three maps',
    has: ['add'],
    build: (m, x) => {
      const other = convolution(m, x, 'other')
      return classified(m, m.node('Sum', 'sum', [x, other, m.node('Relu', 'positive', [other])]))
    },
  },
  {
    // The maxima along the sides are below zero, or the zeros around the map.
    title: 'zeros around a map before the maximum of windows',
    has: ['pad', 'max-pool'],
    build: (m, x) => {
      const below = m.node('Sub', 'below', [x, number(m, 'much', 3)])
      const padded = m.node('Pad', 'padded', [below, m.integers('pads', [0, 0, 1, 1, 0, 0, 1, 1])])
      return classified(
        m,
        m.node('MaxPool', 'largest', [padded], { kernel_shape: ints([3, 3]), strides: ints([2, 2]) }),
      )
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
    title: 'batch norm that its exporter has not folded',
    has: ['batch-norm'],
    build: (m, x) => {
      const [gamma, beta, mean] = ['gamma', 'beta', 'mean'].map((part) => perChannel(m, part, [1, channels, 1, 1]))
      const safe = m.node('Add', 'safe', [perChannel(m, 'variance', [channels]), number(m, 'epsilon', 1e-3)])
      const inverse = m.node('Reciprocal', 'inverse', [m.node('Sqrt', 'deviation', [safe])])
      const pixel = m.node('Reshape', 'pixel', [inverse, m.integers('shape', [1, -1, 1, 1])])
      const scale = m.node('Mul', 'scale', [gamma ?? '', pixel])
      const shift = m.node('Sub', 'shift', [beta ?? '', m.node('Mul', 'mean.scaled', [mean ?? '', scale])])
      return classified(m, m.node('Add', 'shifted', [m.node('Mul', 'scaled', [x, scale]), shift]))
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

export const reductionKinds: readonly Kind[] = [
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
    title: 'ReduceSum over height and width, divided',
    build: (m, x) => {
      const sum = m.node('ReduceSum', 'sum', [x, m.integers('axes', [2, 3])], { keepdims: int(0) })
      return linear(m, m.node('Div', 'mean', [sum, number(m, 'pixels', 120)]))
    },
  },
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

export const gateKinds: readonly Kind[] = [
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
