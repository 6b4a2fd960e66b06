import { describe, expect, it } from 'vitest'
import { float, int, ints } from '#engine/program/onnx/model.ts'
import { bytesSource } from '#formats/byte-source.ts'
import { readWeightsFile } from '#formats/weights-file/reader.ts'
import { isOnnx, readOnnx } from '#formats/onnx/reader.ts'
import { AppException } from '#shared/basics/result.ts'
import { ModelWriter, text, variedOnnx } from '#test/support/onnx-models.ts'
import { fuzz } from '../support/fuzz.ts'
import { field, modelOf, varint } from './model-bytes.ts'

const read = (bytes: Uint8Array) => readOnnx(bytesSource(bytes, 'network.onnx'))

async function valueOf(bytes: Uint8Array) {
  const result = await read(bytes)
  if (result.ok) return result.value
  throw new AppException(result.error)
}

const shape = [field(1, 2), field(1, 3), field(1, 1), field(1, 1)]
const numbers = [1, 2, 3, -4, -5, -6]
const raw = (values: ArrayBufferView) => field(9, new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
const weights = [...shape, field(2, 1), raw(Float32Array.from(numbers))]

const bits16 = [0x3c00, 0x4000, 0x4200, 0xc400, 0xc500, 0xc600]

describe('weights in an ONNX graph', () => {
  it.each<[string, readonly Uint8Array[]]>([
    ['raw float32', weights],
    ['packed float_data', [...shape, field(2, 1), field(4, new Uint8Array(Float32Array.from(numbers).buffer))]],
    ['raw float64', [...shape, field(2, 11), raw(Float64Array.from(numbers))]],
    ['packed double_data', [...shape, field(2, 11), field(10, new Uint8Array(Float64Array.from(numbers).buffer))]],
    ['raw float16', [...shape, field(2, 10), raw(Uint16Array.from(bits16))]],
    ['float16 in int32_data, one by one', [...shape, field(2, 10), ...bits16.map((bits) => field(5, bits))]],
    ['packed dimensions', [field(1, Uint8Array.of(2, 3, 1, 1)), field(2, 1), raw(Float32Array.from(numbers))]],
    ['unknown fields', [...weights, field(12, 'what it is for'), field(99, 7)]],
  ])('are read from %s', async (_, tensor) => {
    const { network, parameters } = await valueOf(modelOf(tensor))
    expect([...(parameters['w']?.data ?? [])]).toEqual(numbers)
    expect(network.nodes.map(({ op }) => op)).toEqual(['input', 'conv', 'global-average-pool'])
    expect(network).toMatchObject({ classes: 2, inputShape: { channels: 3, height: 8, width: 8 } })
  })

  it.each<[string, Uint8Array, string, RegExp]>([
    [
      'in another file',
      modelOf([...weights, field(14, 1)]),
      'file-corrupt',
      /"w": its values lie in another file of no/,
    ],
    ['named by external data', modelOf([...weights, field(13, '')]), 'file-corrupt', /in another file of no name/],
    ['of too few bytes', modelOf([...shape, field(2, 1), raw(new Float32Array(5))]), 'file-corrupt', /expected 24/],
    ['without values', modelOf([...shape, field(2, 1)]), 'file-corrupt', /found 0 bytes/],
    ['of texts', modelOf([...shape, field(2, 8)]), 'file-unsupported', /found element type 8/],
    ['of no type', modelOf(shape), 'file-unsupported', /of no name/],
    ['of a negative extent', modelOf([field(1, -1), field(2, 1)]), 'file-corrupt', /countable extents/],
    ['of absurd size', modelOf([...[1, 2, 3].map(() => field(1, 2 ** 40)), field(2, 1)]), 'file-corrupt', /countable/],
    ['of a hundred axes', modelOf([field(1, new Uint8Array(100).fill(1)), field(2, 1)]), 'file-corrupt', /at most 8/],
    ['in segments', modelOf([...weights, field(3, '')]), 'file-unsupported', /segments/],
    ['without a name', modelOf([...weights, field(8, '')]), 'file-corrupt', /name of its own, found ""/],
    ['twice', modelOf(weights, [field(5, [field(8, 'w'), ...weights])]), 'file-corrupt', /found "w"/],
    ['of a vector', modelOf([field(1, 6), field(2, 1), raw(Float32Array.from(numbers))]), 'file-unsupported', /\[6\]/],
    [
      'for other channels',
      modelOf([field(1, 6), ...[1, 1, 1].map((e) => field(1, e)), field(2, 1), raw(new Float32Array(6))]),
      'file-corrupt',
      /parameter w should be \[6, 3, 1, 1\] and is \[6, 1, 1, 1\]/,
    ],
  ])('are refused %s', async (_, bytes, code, message) => {
    expect(await read(bytes)).toMatchObject({
      ok: false,
      error: { code, message: expect.stringMatching(message), where: expect.stringMatching(/^network\.onnx, /) },
    })
  })
})

describe('an ONNX graph is refused', () => {
  const ending = field(2, 'x').subarray(0, 2)
  const tooLong = Buffer.concat([field(1, 8), Uint8Array.from([0x3a, ...new Array<number>(11).fill(0xff)])])
  it.each<[string, Uint8Array, string, RegExp]>([
    ['when it ends early', modelOf(weights).subarray(0, -8), 'file-truncated', /before the end of the message/],
    ['when a length has no value', Buffer.concat([field(1, 8), ending]), 'file-truncated', /expected 1 bytes/],
    [
      'when a number does not end',
      Buffer.concat([field(1, 8), Uint8Array.of(0x80)]),
      'file-truncated',
      /a number ends/,
    ],
    ['when a number is too long', tooLong, 'file-corrupt', /at most 10 bytes/],
    [
      'when a length is absurd',
      Buffer.concat([field(1, 8), varint(7 * 8 + 2), varint(2 ** 50)]),
      'file-truncated',
      /1125899906842624/,
    ],
    ['with groups of protobuf', Buffer.concat([field(1, 8), varint(7 * 8 + 3)]), 'file-corrupt', /type 3/],
    ['with field number 0', Buffer.concat([field(1, 8), varint(0), varint(1)]), 'file-corrupt', /tag/],
    ['without a graph', Buffer.concat([field(1, 8), field(8, field(2, 17))]), 'file-corrupt', /expected a graph/],
    ['with an old operator set', modelOf(weights, [], 6), 'file-unsupported', /7 to 24, found 6/],
    ['with a new operator set', modelOf(weights, [], 25), 'file-unsupported', /found 25/],
    [
      'with a graph inside of a node',
      modelOf(weights, [field(1, [field(4, 'If'), field(5, [field(1, 'then'), field(6, '')])])]),
      'file-unsupported',
      /graphs inside/,
    ],
    ['with sparse weights', modelOf(weights, [field(15, '')]), 'file-unsupported', /sparse/],
    [
      'with a text that is no UTF-8',
      modelOf(weights, [field(1, field(4, Uint8Array.of(0xff)))]),
      'file-corrupt',
      /UTF-8/,
    ],
    ['with two outputs', modelOf(weights, [field(12, field(1, 'maps'))]), 'file-unsupported', /found 1 and 2/],
    ['with two inputs', modelOf(weights, [field(11, field(1, 'other'))]), 'file-unsupported', /found 2 and 1/],
  ])('%s', async (_, bytes, code, message) => {
    expect(await read(bytes)).toMatchObject({
      ok: false,
      error: { code, message: expect.stringMatching(message), where: expect.stringMatching(/^network\.onnx, /) },
    })
  })

  type Build = (model: ModelWriter) => string
  const images = 'images'
  const conv = (model: ModelWriter, attributes: Parameters<ModelWriter['node']>[3] = {}): string =>
    model.node('Conv', 'maps', [images, model.weights('w', [4, 3, 3, 3])], attributes)
  const conv2 = (model: ModelWriter): string =>
    model.node('Conv', 'other', [images, model.weights('other.weight', [4, 3, 3, 3])])
  const classified = (model: ModelWriter, maps: string, classes: number): string => {
    const vector = model.node('Flatten', 'vector', [model.node('GlobalAveragePool', 'mean', [maps])])
    return model.node('MatMul', 'product', [vector, model.weights('matrix', [4, classes])])
  }
  const cases: readonly (readonly [string, Build, string, RegExp])[] = [
    [
      'an unknown operator',
      (m) => m.node('LSTM', 'x', [images]),
      'file-unsupported',
      /node "x": the operator "LSTM" is not known/,
    ],
    [
      'more than one unknown operator',
      (m) => m.node('LSTM', 'x', [m.node('Einsum', 'e', [m.node('NonZero', 'n', [images])])]),
      'file-unsupported',
      /node "n": the operator "NonZero" is not known; nor are "Einsum", "LSTM"$/,
    ],
    [
      'a name that JavaScript knows as operator',
      (m) => m.node('constructor', 'x', [images]),
      'file-unsupported',
      /the operator "constructor" is not known/,
    ],
    ['one class', (m) => classified(m, conv(m), 1), 'file-unsupported', /expected scores of at least two classes/],
    [
      'a function behind an ArgMax',
      (m) => m.node('Relu', 'x', [m.node('ArgMax', 'a', [classified(m, conv(m), 4)], { axis: int(1) })]),
      'file-unsupported',
      /node "x" \(Relu\): it follows a ArgMax/,
    ],
    [
      'an ArgMax over the images',
      (m) => m.node('ArgMax', 'x', [classified(m, conv(m), 4)]),
      'file-unsupported',
      /classes/,
    ],
    [
      'a slope a pixel',
      (m) => m.node('PRelu', 'x', [conv(m), m.weights('s', [4, 6, 6])]),
      'file-unsupported',
      /slopes/,
    ],
    ['a division by maps', (m) => m.node('Div', 'x', [conv(m), conv2(m)]), 'file-unsupported', /divides by what/],
    [
      'a power of its own',
      (m) => m.node('Pow', 'x', [conv(m), m.floats('e', [], [0.5])]),
      'file-unsupported',
      /to the power 0.5/,
    ],
    [
      'a sum behind an Expand',
      (m) => {
        const mean = m.node('GlobalAveragePool', 'mean', [conv(m)])
        const wide = m.node('Expand', 'wide', [mean, m.integers('s', [1, 4, 6, 6])])
        return m.node('Add', 'x', [wide, wide])
      },
      'file-unsupported',
      /follows an Expand/,
    ],
    [
      'features that its weight does not take',
      (m) => {
        const flat = m.node('Flatten', 'f', [m.node('Transpose', 't', [conv(m)], { perm: ints([0, 2, 3, 1]) })])
        return m.node('MatMul', 'x', [flat, m.weights('k', [7, 2])])
      },
      'file-corrupt',
      /its weight takes 7 features, and it is given 144/,
    ],
    [
      'images that are codes',
      (m) => m.node('DequantizeLinear', 'x', [images, m.floats('s', [], [0.1])]),
      'file-unsupported',
      /the images are given as codes/,
    ],
    [
      'a type of codes that is not known',
      (m) => m.node('QuantizeLinear', 'x', [conv(m), m.floats('s', [], [1]), m.floats('z', [], [0])]),
      'file-unsupported',
      /quantises to float32/,
    ],
    [
      'an operand from nowhere',
      (m) => m.node('Relu', 'x', ['nothing']),
      'file-corrupt',
      /nothing before it computes "nothing"/,
    ],
    ['an output from nowhere', () => 'nothing', 'file-corrupt', /nothing computes the output "nothing"/],
    ['no convolution', (m) => m.node('Flatten', 'x', [images]), 'file-unsupported', /with convolutions, found none/],
    ['maps instead of classes', (m) => conv(m), 'file-unsupported', /expected vectors/],
    ['a constant as output', (m) => m.weights('w', [4]), 'file-corrupt', /does not depend on the images/],
    ['a convolution along a line', (m) => conv(m, { strides: ints([1]) }), 'file-unsupported', /two values as strides/],
    ['a stride of 0', (m) => conv(m, { strides: ints([0, 1]) }), 'file-corrupt', /positive numbers as strides/],
    ['negative padding', (m) => conv(m, { pads: ints([-1, 0, 0, 0]) }), 'file-unsupported', /pads of 0 to 4096/],
    ['a padding without a name', (m) => conv(m, { auto_pad: text('SAME') }), 'file-corrupt', /as auto_pad, found SAME/],
    ['no groups', (m) => conv(m, { group: int(0) }), 'file-corrupt', /positive number of groups/],
    ['groups that do not fit', (m) => conv(m, { group: int(3) }), 'file-corrupt', /should be \[4, 1, 3, 3\]/],
    [
      'a window larger than the map',
      (m) => conv(m, { dilations: ints([9, 9]) }),
      'file-corrupt',
      /does not fit into 8 x 8/,
    ],
    [
      'weights that are computed',
      (m) => m.node('Conv', 'x', [images, m.node('Relu', 'y', [images])]),
      'file-unsupported',
      /expected weights/,
    ],
    ['a pool without a window', (m) => m.node('MaxPool', 'x', [images]), 'file-corrupt', /expected kernel_shape/],
    [
      'a crop',
      (m) => m.node('Slice', 'x', [images, m.integers('a', [1]), m.integers('b', [9]), m.integers('c', [2])]),
      'file-unsupported',
      /something else than channels/,
    ],
    [
      'a clip to bounds that are none',
      (m) => m.node('Clip', 'x', [images, m.floats('a', [], [1]), m.floats('b', [], [-1])]),
      'file-corrupt',
      /clips to 1 \.\. -1/,
    ],
    [
      'a mean over channels',
      (m) => m.node('ReduceMean', 'x', [images], { axes: ints([1, 2]) }),
      'file-unsupported',
      /other axes/,
    ],
    [
      'something after a Softmax',
      (m) => m.node('Relu', 'x', [m.node('Softmax', 's', [m.node('Flatten', 'f', [images])])]),
      'file-unsupported',
      /follows a Softmax/,
    ],
    ['a Softmax of maps', (m) => m.node('Softmax', 'x', [images]), 'file-unsupported', /not over the classes/],
    [
      'a reshape that does not add up',
      (m) => m.node('Reshape', 'x', [images, m.integers('s', [-1, 7])]),
      'file-corrupt',
      /cannot become/,
    ],
    [
      'a reshape across images',
      (m) => m.node('Relu', 'y', [m.node('Reshape', 'x', [images, m.integers('s', [-1, 64])])]),
      'file-unsupported',
      /rearranged map/,
    ],
    [
      'a constant added to maps',
      (m) => m.node('Add', 'x', [conv(m), m.weights('b', [4, 6, 6])]),
      'file-unsupported',
      /its constant is \[4, 6, 6\], expected one number, or one a channel/,
    ],
    [
      'a factor on maps',
      (m) => m.node('Mul', 'x', [conv(m), m.weights('b', [1, 6])]),
      'file-unsupported',
      /node "x" \(Mul\): its constant is \[1, 6\]/,
    ],
    ['a division by 0', (m) => m.node('Div', 'x', [images, m.floats('d', [], [0])]), 'file-corrupt', /by 0/],
    [
      'a batch-norm in training',
      (m) =>
        m.node('BatchNormalization', 'x', [images, ...['a', 'b', 'c', 'd'].map((n) => m.weights(n, [3]))], {
          training_mode: int(1),
        }),
      'file-unsupported',
      /it trains/,
    ],
    [
      'a channel pad of an absurd size',
      (m) => m.node('Pad', 'x', [images, m.integers('p', [0, 2 ** 40, 0, 0, 0, 0, 0, 0])]),
      'file-unsafe',
      /would yield/,
    ],
    [
      'an absurd list of integers',
      (m) => m.node('ConstantOfShape', 'x', [m.integers('s', [2 ** 40])]),
      'file-unsupported',
      /a few integers/,
    ],
    [
      'a value computed twice',
      (m) => m.node('Relu', 'x', [m.nodeOf('Split', ['a', 'a'], [images], { axis: int(1) })[0] ?? '']),
      'file-corrupt',
      /computed twice/,
    ],
  ]
  it.each(cases)('with %s', async (_, build, code, message) => {
    const model = new ModelWriter()
    const output = build(model)
    expect(await read(model.bytes(output))).toMatchObject({
      ok: false,
      error: {
        code,
        message: expect.stringMatching(message),
        where: expect.stringMatching(/^network\.onnx, /),
        // A state dict is no way round for somebody who has a graph.
        remedy: expect.not.stringContaining('torch.save'),
      },
    })
  })

  it('for images of other channels, of an absurd size, or none', async () => {
    for (const shape of [['batch', 1, 28, 28], ['batch', 3, 9000, 9000], [4]]) {
      const model = new ModelWriter()
      const output = model.node('Flatten', 'x', [images])
      expect(await read(model.bytes(output, { shape }))).toMatchObject({
        ok: false,
        error: { code: 'file-unsupported' },
      })
    }
  })
})

describe('an ONNX graph', () => {
  it('is told from other files by its first bytes, and is no checkpoint', async () => {
    const bytes = variedOnnx(24)
    expect(isOnnx(bytes.subarray(0, 16))).toBe(true)
    expect(isOnnx(Buffer.from('\x08\x12\0\0\0\0\0\0{"a":1}', 'latin1'))).toBe(false)
    expect(await readWeightsFile(bytesSource(bytes, 'network.onnx'))).toMatchObject({
      ok: false,
      error: { code: 'file-unsupported' },
    })
  })

  it('may hold any bytes in an attribute that nobody reads', async () => {
    const relu = [field(1, 'scores'), field(2, 'unused'), field(4, 'Relu')]
    const bytes = field(5, [field(1, 'origin'), field(4, Uint8Array.of(0xff, 0xfe))])
    expect((await valueOf(modelOf(weights, [field(1, [...relu, bytes])]))).network.classes).toBe(2)
  })

  it('that takes pixels of 0 to 255 is known by its numbers', async () => {
    const model = new ModelWriter()
    const centred = model.node('Sub', 'centred', ['images', model.floats('mean', [3, 1, 1], [102, 127.5, 153])])
    const scaled = model.node('Mul', 'scaled', [centred, model.floats('factor', [], [1 / 51])])
    const maps = model.node('Conv', 'maps', [scaled, model.weights('w', [10, 3, 3, 3])])
    const output = model.node('Flatten', 'scores', [model.node('GlobalAveragePool', 'pooled', [maps])])
    const { preprocessing } = (await valueOf(model.bytes(output))).network
    expect(preprocessing.mean.map((value) => value.toFixed(5))).toEqual(['0.40000', '0.50000', '0.60000'])
    expect(preprocessing.standardDeviation.map((value) => value.toFixed(5))).toEqual(['0.20000', '0.20000', '0.20000'])
  })

  it('keeps weights that layers share once, and scales those of a Gemm', async () => {
    const model = new ModelWriter()
    const weight = model.weights('w', [3, 3, 3, 3])
    const first = model.node('Conv', 'first', ['images', weight], { pads: ints([1, 1, 1, 1]) })
    const second = model.node('Conv', 'second', [first, weight], { pads: ints([1, 1, 1, 1]) })
    const pooled = model.node('Flatten', 'flat', [model.node('GlobalAveragePool', 'pooled', [second])])
    const operands = [pooled, model.floats('fc', [3, 2], [1, 2, 3, 4, 5, 6]), model.floats('bias', [1, 2], [1, 2])]
    const output = model.node('Gemm', 'scores', operands, { alpha: float(2), beta: float(3) })
    const { network, parameters } = await valueOf(model.bytes(output, { classes: 2 }))
    expect(network.parameters.map(({ name, shape }) => [name, shape])).toEqual([
      ['w', [3, 3, 3, 3]],
      ['fc', [2, 3]],
      ['bias', [2]],
    ])
    expect([...(parameters['fc']?.data ?? [])]).toEqual([2, 6, 10, 4, 8, 12])
    expect([...(parameters['bias']?.data ?? [])]).toEqual([3, 6])
  })

  it('with any mutation gives a network or a typed error', async () => {
    const use = ({ parameters }: { parameters: object }) => Object.keys(parameters)
    await fuzz(variedOnnx(24), read, use)
    // Few weights: nearly every mutation hits the structure.
    await fuzz(modelOf(weights), read, use)
  })
})
