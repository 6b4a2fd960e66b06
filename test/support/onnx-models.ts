/** ONNX models written node by node, as exporters other than ours would write them. */
import { encodeModel } from '#engine/program/onnx/encode.ts'
import {
  float,
  int,
  ints,
  type OnnxAttribute,
  type OnnxDtype,
  type OnnxInitializer,
  type OnnxNode,
} from '#engine/program/onnx/model.ts'
import { sizeOf } from '#shared/tensors/host-tensor.ts'
import { seededTensor } from './seeded-values.ts'

type Attributes = Readonly<Record<string, OnnxAttribute>>

export function text(value: string): OnnxAttribute {
  return { kind: 'string', value }
}

const codeArrays = { int8: Int8Array, uint8: Uint8Array, uint16: Uint16Array, int32: Int32Array } as const

export class ModelWriter {
  readonly #nodes: OnnxNode[] = []
  readonly #initializers: OnnxInitializer[] = []

  /** Adds a node with one output, called like it. */
  node(op: string, output: string, inputs: readonly string[], attributes: Attributes = {}): string {
    return this.nodeOf(op, [output], inputs, attributes)[0] ?? output
  }

  nodeOf(
    op: string,
    outputs: readonly string[],
    inputs: readonly string[],
    attributes: Attributes = {},
  ): readonly string[] {
    this.#nodes.push({ op, domain: '', inputs, outputs, attributes })
    return outputs
  }

  /** A node of another set of operators than ONNX's own. */
  foreign(domain: string, op: string, output: string, inputs: readonly string[]): string {
    this.#nodes.push({ op, domain: domain as OnnxNode['domain'], inputs, outputs: [output], attributes: {} })
    return output
  }

  weights(name: string, shape: readonly number[], low = -0.5, high = 0.5): string {
    const data = Float32Array.from(seededTensor(name, shape, low, high).data)
    this.#initializers.push({ name, dtype: 'float32', shape, data })
    return name
  }

  floats(name: string, shape: readonly number[], values: readonly number[]): string {
    this.#initializers.push({ name, dtype: 'float32', shape, data: Float32Array.from(values) })
    return name
  }

  integers(name: string, values: readonly number[], shape: readonly number[] = [values.length]): string {
    this.#initializers.push({ name, dtype: 'int64', shape, data: BigInt64Array.from(values, BigInt) })
    return name
  }

  /** Integers of few bits, as a quantised graph holds them. */
  codes(name: string, dtype: keyof typeof codeArrays, shape: readonly number[], values: readonly number[]): string {
    this.#initializers.push({ name, dtype, shape, data: codeArrays[dtype].from(values) })
    return name
  }

  bytes(
    output: string,
    {
      shape = ['batch', 3, 8, 8],
      classes = 10,
      outputShape = ['batch', classes],
      outputDtype = 'float32',
      opset = 17,
    }: Partial<{
      readonly shape: readonly (number | string)[]
      readonly classes: number
      readonly outputShape: readonly (number | string)[]
      readonly outputDtype: OnnxDtype
      readonly opset: number
    }> = {},
  ): Uint8Array {
    return encodeModel({
      name: 'made up',
      nodes: this.#nodes,
      initializers: this.#initializers,
      inputs: [{ name: 'images', dtype: 'float32', shape }],
      outputs: [{ name: output, dtype: outputDtype, shape: outputShape }],
      opset,
    })
  }
}

/** A network with every operator that is read, for images of `size` x `size`; it ends in a Softmax. */
export function variedOnnx(size: number): Uint8Array {
  const model = new ModelWriter()
  const mean = model.floats('mean', [1, 3, 1, 1], [0.4, 0.5, 0.6])
  const deviation = model.floats('deviation', [3, 1, 1], [0.2, 0.25, 0.3])
  let x = model.node('Div', 'normalised', [model.node('Sub', 'centred', ['images', mean]), deviation])
  // TensorFlow pads what is missing behind the map.
  x = model.node(
    'Conv',
    'stem',
    [x, model.weights('stem.weight', [8, 3, 5, 5], -0.2, 0.2), model.weights('stem.bias', [8])],
    {
      strides: ints([2, 2]),
      auto_pad: text('SAME_UPPER'),
    },
  )
  const statistics = [
    model.weights('bn.weight', [8], 0.5, 1.5),
    model.weights('bn.bias', [8]),
    model.weights('bn.running_mean', [8]),
    model.weights('bn.running_var', [8], 0.5, 1.5),
  ]
  x = model.node('BatchNormalization', 'bn', [x, ...statistics], { epsilon: float(1e-3) })
  x = model.node('LeakyRelu', 'leaky', [x], { alpha: float(0.2) })
  x = model.node('MaxPool', 'pooled', [x], {
    kernel_shape: ints([3, 3]),
    strides: ints([2, 2]),
    auto_pad: text('SAME_UPPER'),
  })
  const grouped = model.node('Conv', 'grouped', [x, model.weights('grouped.weight', [8, 4, 3, 3], -0.3, 0.3)], {
    pads: ints([2, 2, 2, 2]),
    dilations: ints([2, 2]),
    group: int(2),
  })
  // A bias that an exporter has left behind its convolution.
  x = model.node('Add', 'biased', [grouped, model.weights('grouped.bias', [8, 1, 1])])
  x = model.node('HardSwish', 'swish', [x])

  const squeezed = model.node('GlobalAveragePool', 'squeezed', [x])
  const reduced = model.node('Relu', 'reduced.relu', [
    model.node('Conv', 'reduced', [
      squeezed,
      model.weights('reduced.weight', [4, 8, 1, 1]),
      model.weights('reduced.bias', [4]),
    ]),
  ])
  const gate = model.node('Sigmoid', 'gate', [
    model.node('Conv', 'expanded', [reduced, model.weights('expanded.weight', [8, 4, 1, 1])]),
  ])
  const excited = model.node('Mul', 'excited', [x, gate])
  x = model.node('Add', 'sum', [excited, model.node('Dropout', 'dropped', [model.node('Identity', 'same', [x])])])

  const [left = '', right = ''] = model.nodeOf('Split', ['left', 'right'], [x, model.integers('sizes', [4, 4])], {
    axis: int(1),
  })
  x = model.node(
    'Concat',
    'joined',
    [right, model.node('Clip', 'clipped', [left, model.floats('low', [], [0]), model.floats('high', [], [6])])],
    { axis: int(1) },
  )
  x = shuffled(model, x)
  x = model.node('AveragePool', 'averaged', [x], {
    kernel_shape: ints([3, 3]),
    strides: ints([2, 2]),
    pads: ints([0, 0, 1, 1]),
  })
  x = model.node('Pad', 'padded', [x, model.integers('pads', [0, 0, 1, 0, 0, 0, 0, 2])])
  x = model.node('Conv', 'last', [x, model.weights('last.weight', [12, 8, 3, 3], -0.3, 0.3)])
  // To channels last and back: TensorFlow's habit.
  x = model.node('Transpose', 'turned', [x], { perm: ints([0, 2, 3, 1]) })
  x = model.node('ReduceMean', 'mean.pool', [x], { axes: ints([1, 2]), keepdims: int(0) })
  const product = model.node('MatMul', 'product', [x, model.weights('classifier', [12, 10])])
  x = model.node('Add', 'scores', [product, model.weights('classifier.bias', [10])])
  return model.bytes(model.node('Softmax', 'probabilities', [x]), { shape: ['batch', 3, size, size] })
}

/** As PyTorch writes it for `x.view(n, 2, c // 2, h, w).transpose(1, 2).reshape(n, -1, h, w)`. */
function shuffled(model: ModelWriter, x: string): string {
  const shape = model.node('Shape', 'shape', [x])
  const extent = (axis: number, name: string): string => {
    const index = model.integers(`${name}.index`, [axis], [])
    return model.node('Gather', name, [shape, index], { axis: int(0) })
  }
  const asVector = (value: string): string => {
    return model.node('Unsqueeze', `${value}.vector`, [value, model.integers(`${value}.axes`, [0])])
  }
  const [batch, channels, height, width] = [extent(0, 'n'), extent(1, 'c'), extent(2, 'h'), extent(3, 'w')].map(
    (name) => name,
  )
  const half = model.node('Div', 'c.half', [channels ?? '', model.integers('two', [2], [])])
  const [n, h, w] = [batch ?? '', height ?? '', width ?? ''].map(asVector)
  const parts = [n ?? '', model.integers('groups', [2]), asVector(half), h ?? '', w ?? '']
  const split = model.node('Reshape', 'split', [x, model.node('Concat', 'split.shape', parts, { axis: int(0) })])
  const turned = model.node('Transpose', 'exchanged', [split], { perm: ints([0, 2, 1, 3, 4]) })
  const rest = [n ?? '', model.integers('all', [-1]), h ?? '', w ?? '']
  return model.node('Reshape', 'shuffled', [turned, model.node('Concat', 'joined.shape', rest, { axis: int(0) })])
}

export function sampleImages(shape: readonly number[]): Float32Array {
  return Float32Array.from({ length: sizeOf(shape) }, (_, at) => ((at * 37) % 256) / 255)
}
