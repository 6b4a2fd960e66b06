/** Operators with weights. */
import type { NetworkNode, Pair } from '#networks/network.ts'
import { idOf, type GraphImport, type Operator, type ParameterSource } from '../graph-import.ts'
import type { OperatorCall, ViewValue, WeightsValue } from '../operator-call.ts'
import { extentsOf } from '../view.ts'
import { paddingOf } from './windows.ts'

export const layerOperators: Readonly<Record<string, Operator>> = {
  Conv: convolution,
  BatchNormalization: batchNorm,
  Gemm: gemm,
  MatMul: matmul,
}

function convolution(operation: OperatorCall, graph: GraphImport): ViewValue {
  const map = graph.map(operation, operation.view(0))
  const tensor = operation.weights(1)
  const { shape } = tensor.tensor
  const [filters = 0, , height = 0, width = 0] = shape
  if (shape.length !== 4) {
    return operation.unsupported(
      `expected weights of images [filters, channels, height, width], found [${shape.join(', ')}]`,
    )
  }
  const kernel: Pair = [height, width]
  const stride = operation.pair('strides', [1, 1])
  const dilation = operation.pair('dilations', [1, 1])
  const groups = operation.int('group', 1)
  if (groups < 1) return operation.corrupt(`expected a positive number of groups, found ${groups}`)
  const reach: Pair = [dilation[0] * (height - 1) + 1, dilation[1] * (width - 1) + 1]
  const [, ...extent] = graph.shapeOf(map)
  const padding = paddingOf(operation, extent, reach, stride)
  const weight = graph.parameter(operation, sourceOf(tensor, shape, 'conv-weight'))
  const bias = operation.optionalWeights(2)
  const symmetric: Pair = [padding.before[0], padding.before[1]]
  const isSymmetric = padding.after[0] === symmetric[0] && padding.after[1] === symmetric[1]
  const input = isSymmetric
    ? map
    : idOf(graph.add(operation, (id) => padded(id, map, padding), `${operation.output}.padded`))
  if (kernel.some((size) => size < 1)) return operation.corrupt('its weights have no elements')
  return graph.add(operation, (id) => ({
    op: 'conv',
    id,
    input,
    weight,
    ...(bias === undefined
      ? {}
      : { bias: graph.parameter(operation, sourceOf(bias, [filters], 'conv-bias', biasName(weight))) }),
    stride,
    padding: isSymmetric ? symmetric : [0, 0],
    dilation,
    groups,
  }))
}

function padded(
  id: string,
  input: string,
  { before, after }: { readonly before: Pair; readonly after: Pair },
): NetworkNode {
  return { op: 'pad', id, input, channels: [0, 0], rows: [before[0], after[0]], columns: [before[1], after[1]] }
}

const batchNormParts = [
  { at: 1, name: 'weight', role: 'bn-weight' },
  { at: 2, name: 'bias', role: 'bn-bias' },
  { at: 3, name: 'running_mean', role: 'bn-mean' },
  { at: 4, name: 'running_var', role: 'bn-variance' },
] as const

function batchNorm(operation: OperatorCall, graph: GraphImport): ViewValue {
  const value = operation.view(0)
  if (operation.int('training_mode', 0) !== 0 || operation.node.outputs.filter((name) => name !== '').length > 1) {
    return operation.unsupported('it trains; export the network in evaluation mode')
  }
  const input = graph.either(operation, value)
  const [channels] = graph.shapeOf(input)
  const sources = batchNormParts.map((part) => ({ ...part, weights: operation.weights(part.at) }))
  const scale = sources[0]?.weights.name ?? ''
  const wanted = scale.endsWith('.weight') ? scale.slice(0, -'.weight'.length) : operation.output
  const prefix = freePrefix(graph, wanted === '' ? 'bn' : wanted)
  for (const { name, role, weights } of sources) {
    // The parts of a batch-norm are found by its prefix, so none is shared with another.
    const source = { ...sourceOf(weights, [channels], role), name: `${prefix}.${name}`, key: `${prefix} ${name}` }
    graph.parameter(operation, source)
  }
  return graph.add(operation, (id) => ({
    op: 'batch-norm',
    id,
    input,
    prefix,
    epsilon: operation.float('epsilon', 1e-5),
  }))
}

/** A prefix under which no batch-norm has its parts yet. */
export function freePrefix(graph: GraphImport, wanted: string): string {
  const isFree = (prefix: string): boolean => graph.areFree(batchNormParts.map(({ name }) => `${prefix}.${name}`))
  const short = wanted.slice(0, 400)
  if (isFree(short)) return short
  let number = 2
  while (!isFree(`${short}.${number}`)) number++
  return `${short}.${number}`
}

/** alpha A B + beta C with A vectors and B, C constants. */
function gemm(operation: OperatorCall, graph: GraphImport): ViewValue {
  if (operation.int('transA', 0) !== 0) return operation.unsupported('its vectors are transposed')
  const linear = layer(operation, graph, operation.int('transB', 0) !== 0, operation.float('alpha', 1))
  const bias = operation.optionalWeights(2)
  const beta = operation.float('beta', 1)
  if (bias === undefined || beta === 0) return linear
  return withBias(operation, graph, idOf(linear), bias, beta) ?? operation.unsupported('its last operand is no bias')
}

function matmul(operation: OperatorCall, graph: GraphImport): ViewValue {
  return layer(operation, graph, false, 1)
}

/**
 * The linear layer of operands 1 and 2, the weight as [outputs, inputs] if `isTransposed`, as PyTorch keeps it. A flatten
 * with the channels last, as in Keras, has the features in another order: the columns of the weight are put into ours.
 */
function layer(operation: OperatorCall, graph: GraphImport, isTransposed: boolean, factor: number): ViewValue {
  const weights = operation.weights(1)
  const { shape } = weights.tensor
  const [rows = 0, columns = 0] = shape
  if (shape.length !== 2) return operation.unsupported(`expected a matrix of weights, found [${shape.join(', ')}]`)
  const [outputs, inputs] = isTransposed ? [rows, columns] : [columns, rows]
  const value = operation.view(0)
  const [, features] = extentsOf(value.view)
  if (value.view.axes.length === 2 && features !== inputs) {
    return operation.corrupt(`its weight takes ${inputs} features, and it is given ${features ?? 'none'}`)
  }
  const { id: input, order } = graph.features(operation, value)
  if (order !== undefined) graph.notes.count('permuted')
  const source = sourceOf(weights, [outputs, inputs], 'linear-weight')
  const arrangement = `${isTransposed ? 'as it is' : 'transposed'}${order === undefined ? '' : ` from ${input}`}`
  const weight = graph.parameter(operation, {
    ...source,
    key: `${source.key} ${arrangement} times ${factor}`,
    values: () => {
      const matrix = isTransposed ? source.values() : transposed(source.values(), rows, columns)
      return scaled(order === undefined ? matrix : permuted(matrix, order), factor)
    },
  })
  return graph.add(operation, (id) => ({ op: 'linear', id, input, weight }))
}

/** Rows with their number i at position `order[i]`. */
function permuted(matrix: Float32Array, order: Int32Array): Float32Array {
  const result = new Float32Array(matrix.length)
  for (let row = 0; row < matrix.length; row += order.length) {
    order.forEach((to, from) => (result[row + to] = matrix[row + from] ?? 0))
  }
  return result
}

/**
 * The layer `id` with a constant added to its output: as its bias, where it has none. undefined when it has one, is no
 * layer, or the constant is not one number an output.
 */
export function withBias(
  operation: OperatorCall,
  graph: GraphImport,
  id: string,
  weights: WeightsValue,
  factor = 1,
): ViewValue | undefined {
  const layer = graph.node(id)
  if ((layer.op !== 'linear' && layer.op !== 'conv') || layer.bias !== undefined) return undefined
  const [outputs] = graph.shapeOf(id)
  // [outputs], [1, outputs] for a vector, [outputs, 1, 1] or [1, outputs, 1, 1] for a map; or one number for all.
  const shape = weights.tensor.shape.join()
  const fitting = layer.op === 'linear' ? [`${outputs}`, `1,${outputs}`] : [`${outputs},1,1`, `1,${outputs},1,1`]
  const isSingle = weights.tensor.shape.every((extent) => extent === 1)
  if (!isSingle && !fitting.includes(shape)) return undefined
  const source = sourceOf(
    weights,
    [outputs],
    layer.op === 'linear' ? 'linear-bias' : 'conv-bias',
    biasName(layer.weight),
  )
  const bias = graph.parameter(operation, {
    ...source,
    key: `${source.key} times ${factor}`,
    values: () => {
      const values = scaled(source.values(), factor)
      return values.length === outputs ? values : new Float32Array(outputs).fill(values[0] ?? 0)
    },
  })
  graph.replace({ ...layer, bias })
  return graph.valueOf(id)
}

/** A bias is called like its weight where that is called as in PyTorch. */
function biasName(weight: string): string | undefined {
  return weight.endsWith('.weight') ? `${weight.slice(0, -'.weight'.length)}.bias` : undefined
}

/** A tensor of the file as a parameter. */
export function sourceOf(
  { name, tensor }: WeightsValue,
  shape: readonly number[],
  role: ParameterSource['role'],
  otherwise?: string,
): ParameterSource {
  return {
    name: name === '' ? (otherwise ?? role) : name,
    shape,
    role,
    key: `of ${name}`,
    values: () => tensor.toFloat32(),
  }
}

function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const result = new Float32Array(values.length)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) result[column * rows + row] = values[row * columns + column] ?? 0
  }
  return result
}

function scaled(values: Float32Array, factor: number): Float32Array {
  return factor === 1 ? values : values.map((value) => value * factor)
}
