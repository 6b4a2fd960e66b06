/** One network in the form that each operator set of ONNX gives its operators. */
import { float, int, ints } from '#engine/program/onnx/model.ts'
import { ModelWriter, text } from './onnx-models.ts'

/** Constants of one model: from operator set 12 on nodes with plain numbers, before that initializers. */
class Constants {
  readonly #model: ModelWriter
  readonly #opset: number

  constructor(model: ModelWriter, opset: number) {
    this.#model = model
    this.#opset = opset
  }

  list(name: string, values: readonly number[]): string {
    if (this.#opset < 12) return this.#model.integers(name, values)
    return this.#model.node('Constant', name, [], { value_ints: ints(values) })
  }

  number(name: string, value: number): string {
    if (this.#opset < 12) return this.#model.floats(name, [], [value])
    return this.#model.node('Constant', name, [], { value_float: float(value) })
  }
}

/** A network for images of 16 x 16 with what changed between operator sets 7 and 24; it ends in a Softmax. */
export function operatorSetOnnx(opset: number): Uint8Array {
  const model = new ModelWriter()
  const constants = new Constants(model, opset)
  let x = model.node(
    'Conv',
    'stem',
    ['images', model.weights('stem.weight', [8, 3, 3, 3], -0.4, 0.4), model.weights('stem.bias', [8])],
    { auto_pad: text('SAME_LOWER'), strides: ints([2, 2]) },
  )
  const parts = [model.weights('bn.weight', [8], 0.5, 1.5), model.weights('bn.bias', [8])]
  const statistics = [model.weights('bn.running_mean', [8]), model.weights('bn.running_var', [8], 0.5, 1.5)]
  x = model.node('BatchNormalization', 'bn', [x, ...parts, ...statistics], { epsilon: float(1e-3) })
  x = clipped(model, constants, opset, 'clipped', x)
  x = padded(model, constants, opset, x)
  x = model.node('Conv', 'dilated', [x, model.weights('dilated.weight', [8, 4, 3, 3], -0.3, 0.3)], {
    dilations: ints([2, 2]),
    group: int(2),
    pads: ints([1, 1, 1, 1]),
  })
  x = model.node('LeakyRelu', 'leaky', [x], { alpha: float(0.1) })
  const [left = '', right = ''] = halves(model, constants, opset, x)
  const changed = opset < 14 ? model.node('Relu', 'relu', [left]) : model.node('HardSwish', 'swish', [left])
  x = model.node('Concat', 'joined', [right, model.node('Identity', 'same', [changed])], { axis: int(1) })
  x = exchanged(model, constants, x)
  const gate = model.node('Sigmoid', 'gate', [
    model.node('Conv', 'excite', [
      model.node('GlobalAveragePool', 'squeeze', [x]),
      model.weights('excite.weight', [8, 8, 1, 1]),
    ]),
  ])
  const excited = model.node('Mul', 'excited', [x, gate])
  x = model.node('Add', 'sum', [excited, model.node('Dropout', 'dropped', [x])])
  x = model.node('MaxPool', 'pooled', [x], { kernel_shape: ints([2, 2]), strides: ints([1, 1]) })
  x = model.node('AveragePool', 'averaged', [x], {
    kernel_shape: ints([3, 3]),
    pads: ints([1, 1, 1, 1]),
    count_include_pad: int(1),
  })
  x = firstSix(model, constants, opset, x)
  const mean = model.node('Flatten', 'flat', [averaged(model, constants, opset, x)])
  const hidden = [mean, model.weights('hidden.weight', [12, 6]), model.weights('hidden.bias', [12])]
  x = model.node('Relu', 'hidden.relu', [model.node('Gemm', 'hidden', hidden, { transB: int(1) })])
  const product = model.node('MatMul', 'product', [x, model.weights('classifier', [12, 10])])
  x = model.node('Add', 'scores', [product, model.weights('classifier.bias', [10])])
  const output = model.node('Softmax', 'probabilities', [x], opset < 13 ? { axis: int(1) } : {})
  return model.bytes(output, { shape: ['batch', 3, 16, 16], opset })
}

function clipped(model: ModelWriter, constants: Constants, opset: number, name: string, x: string): string {
  if (opset < 11) return model.node('Clip', name, [x], { min: float(0), max: float(6) })
  return model.node('Clip', name, [x, constants.number('least', 0), constants.number('most', 6)])
}

/** A row of zeros above and two columns of them on the right. */
function padded(model: ModelWriter, constants: Constants, opset: number, x: string): string {
  const pads = [0, 0, 1, 0, 0, 0, 0, 2]
  if (opset < 11) return model.node('Pad', 'padded', [x], { pads: ints(pads) })
  if (opset < 18) return model.node('Pad', 'padded', [x, constants.list('pads', pads)])
  // Since operator set 18 the axes can be named.
  const operands = [constants.list('pads', [1, 0, 0, 2]), '', constants.list('pad.axes', [2, 3])]
  return model.node('Pad', 'padded', [x, ...operands])
}

function halves(model: ModelWriter, constants: Constants, opset: number, x: string): readonly string[] {
  const names = ['left', 'right']
  if (opset < 13) return model.nodeOf('Split', names, [x], { axis: int(1), split: ints([4, 4]) })
  if (opset < 18) return model.nodeOf('Split', names, [x, constants.list('sizes', [4, 4])], { axis: int(1) })
  return model.nodeOf('Split', names, [x], { axis: int(1), num_outputs: int(2) })
}

/** The two halves of the channels in turns. */
function exchanged(model: ModelWriter, constants: Constants, x: string): string {
  const split = model.node('Reshape', 'split', [x, constants.list('split.shape', [0, 2, 4, 7, 8])])
  const turned = model.node('Transpose', 'turned', [split], { perm: ints([0, 2, 1, 3, 4]) })
  return model.node('Reshape', 'shuffled', [turned, constants.list('joined.shape', [0, -1, 7, 8])])
}

function firstSix(model: ModelWriter, constants: Constants, opset: number, x: string): string {
  if (opset < 10) return model.node('Slice', 'six', [x], { starts: ints([0]), ends: ints([6]), axes: ints([1]) })
  const bounds = [constants.list('starts', [0]), constants.list('ends', [6]), constants.list('slice.axes', [1])]
  return model.node('Slice', 'six', [x, ...bounds])
}

function averaged(model: ModelWriter, constants: Constants, opset: number, x: string): string {
  if (opset < 18) return model.node('ReduceMean', 'mean', [x], { axes: ints([-2, -1]) })
  return model.node('ReduceMean', 'mean', [x, constants.list('mean.axes', [-2, -1])])
}
