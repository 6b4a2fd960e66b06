/** Graphs quantised in the QDQ format. */
import { int } from '#engine/program/onnx/model.ts'
import type { ModelWriter } from '../onnx-models.ts'
import { channels, classified, convolution, type Kind } from './kind.ts'

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

export const quantisedKinds: readonly Kind[] = [
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
    title: 'QDQ around the images',
    opset: 21,
    isWhole: true,
    tolerance: 1e-3,
    build: (m, x) => classified(m, convolution(m, requantised(m, x, fine, 32_768), 'stem', 3)),
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
