/** A small network with one thing that exporters write in a way of their own, and what the tests put around it. */
import { int, ints } from '#engine/program/onnx/model.ts'
import { ModelWriter } from '../onnx-models.ts'

export const channels = 8
export const [height, width] = [12, 10]
export const classes = 10

export interface Kind {
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

export function convolution(
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
export function classified(model: ModelWriter, x: string): string {
  return linear(model, model.node('Flatten', 'vector', [model.node('GlobalAveragePool', 'average', [x])]))
}

export function linear(model: ModelWriter, x: string, inputs = channels): string {
  const operands = [x, model.weights('fc.weight', [classes, inputs]), model.weights('fc.bias', [classes])]
  return model.node('Gemm', 'scores', operands, { transB: int(1) })
}

export const number = (model: ModelWriter, name: string, value: number): string => model.floats(name, [], [value])

export const turned = (model: ModelWriter, x: string, name = 'turned'): string =>
  model.node('Transpose', name, [x], { perm: ints([0, 2, 3, 1]) })

export const turnedBack = (model: ModelWriter, x: string): string =>
  model.node('Transpose', 'turned.back', [x], { perm: ints([0, 3, 1, 2]) })
