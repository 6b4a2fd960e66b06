/** Keras' order of axes, and what ends a network. */
import { int, ints } from '#engine/program/onnx/model.ts'
import type { ModelWriter } from '../onnx-models.ts'
import {
  channels,
  classes,
  classified,
  convolution,
  height,
  number,
  turned,
  turnedBack,
  width,
  type Kind,
} from './kind.ts'

/** Keras' Dense over all numbers of a map. */
function dense(model: ModelWriter, x: string): string {
  const product = model.node('MatMul', 'product', [x, model.weights('kernel', [channels * height * width, classes])])
  return model.node('Add', 'scores', [product, model.weights('bias', [classes])])
}

const permuted = /^The columns of a linear layer were put into another order/

export const channelsLastKinds: readonly Kind[] = [
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
      return dense(
        m,
        m.node('Dropout', 'd', [m.node('Mul', 'twice', [m.node('Elu', 'elu', [flat]), number(m, 'two', 2)])]),
      )
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

const left = (op: string): RegExp => new RegExp(`^The ${op} at the end was left out`)

export const endingKinds: readonly Kind[] = [
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
