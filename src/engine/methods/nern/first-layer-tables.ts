/**
 * The first linear layer without its embedding. W e is the sum of one vector a layer, one a filter and one a channel
 * (embedding-tables.ts), and those vectors are all that W says about the coordinates there are: on a CIFAR ResNet-20
 * 19 + 64 + 64 of them, where W has 240 columns. As the columns of a first layer over a one-hot embedding they predict
 * the same weights.
 */
import { float32Tensor, type HostTensors } from '#shared/tensors/host-tensor.ts'
import { axisColumns, coordinateAxes, embedAxis } from './embedding-tables.ts'
import { embeddingColumns, type OneHotEmbedding, type PositionalEmbedding } from './positional-embedding.ts'
import { predictorParameter } from './predictor.ts'

/**
 * `predictor` over `from` as one over `to`, with other tensors as they are. Sums are taken in float64. What all vectors
 * of a coordinate share goes into the bias: they then reach less far, and round to finer steps.
 */
export function withFirstLayerTables(
  predictor: HostTensors,
  from: PositionalEmbedding,
  to: OneHotEmbedding,
): HostTensors {
  const [weightName, biasName] = [predictorParameter(0, 'weight'), predictorParameter(0, 'bias')]
  const [weight, bias] = [predictor[weightName], predictor[biasName]]
  if (weight === undefined || bias === undefined) throw new RangeError('a predictor has a first linear layer')
  const [rows = 0, inputs = 0] = weight.shape
  const outputs = embeddingColumns(to)
  const columnsOf = axisColumns(from)
  const tables = new Float32Array(rows * outputs)
  const biases = Float64Array.from(bias.data)
  let [first, target] = [0, 0]
  coordinateAxes.forEach((_, axis) => {
    const size = to.sizes[axis] ?? 0
    const columns = columnsOf[axis] ?? 0
    const values = Array.from({ length: size }, (_unused, value) => value)
    const embedded = embedAxis(values, axis, from)
    for (let row = 0; row < rows; row++) {
      const own = weight.data.subarray(row * inputs + first, row * inputs + first + columns)
      const products = values.map((value) => dot(own, embedded.subarray(value * columns, (value + 1) * columns)))
      const mean = products.reduce((sum, product) => sum + product, 0) / size
      products.forEach((product, value) => {
        tables[row * outputs + target + value] = product - mean
      })
      biases[row] = (biases[row] ?? 0) + mean
    }
    if (from.fusion === 'concat') first += columns
    target += size
  })
  return {
    ...predictor,
    [weightName]: float32Tensor([rows, outputs], tables),
    [biasName]: float32Tensor([rows], Float32Array.from(biases)),
  }
}

function dot(left: ArrayLike<number>, right: ArrayLike<number>): number {
  let sum = 0
  for (let at = 0; at < left.length; at++) sum += (left[at] ?? 0) * (right[at] ?? 0)
  return sum
}
