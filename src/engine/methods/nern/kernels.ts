/** Between per-kernel rows [kernels, K * K] and the weights of the represented layers (method 1.3). */
import type { NamedTensors } from '#engine/program/program.ts'
import { tf } from '#engine/program/tfjs.ts'
import { float32Tensor, sizeOf, type HostTensor, type HostTensors } from '#shared/tensors/host-tensor.ts'
import type { KernelTable, LayerKernels } from './coordinates.ts'
import { fromTiles, toTiles } from './tiles.ts'

/** First row and column of a centred crop from K to `extent` (1 for 3 to 1). */
function cropStart(kernelSize: number, extent: number): number {
  return Math.floor(kernelSize / 2 - extent / 2)
}

/** Cuts the rows of one layer, [kernels, K * K], to its weight; the gradient off the centre is zero. */
function layerWeight(rows: tf.Tensor, layer: LayerKernels, kernelSize: number): tf.Tensor {
  const { height, width, kernels } = layer
  const isWhole = height === kernelSize && width === kernelSize
  const start = [0, cropStart(kernelSize, height), cropStart(kernelSize, width)]
  const cropped = isWhole
    ? rows
    : tf.slice(tf.reshape(rows, [kernels, kernelSize, kernelSize]), start, [kernels, height, width])
  return layer.tiled === undefined ? tf.reshape(cropped, [...layer.shape]) : fromTiles(cropped, layer.shape)
}

/** Weights of every represented layer by name, out of the rows of all kernels [kernels, K * K]. */
export function assembleWeights(rows: tf.Tensor2D, table: KernelTable): NamedTensors {
  const sizes = table.layers.map(({ kernels }) => kernels)
  // Split, not slice: its gradient is one concatenation instead of a padded copy of all kernels for each layer.
  const parts = sizes.length === 1 ? [rows] : tf.split(rows, sizes, 0)
  const weights: Record<string, tf.Tensor> = {}
  table.layers.forEach((layer, at) => {
    const part = parts[at]
    if (part !== undefined) weights[layer.name] = layerWeight(part, layer, table.kernelSize)
  })
  return weights
}

/** Rows of all kernels [kernels, K * K] out of the weights; zero outside a smaller kernel's centre. */
export function kernelRows(weights: HostTensors, table: KernelTable): HostTensor {
  return fillRows(table, (layer) => {
    const values = kernelValues(weights, layer)
    return (at) => values[at] ?? 0
  })
}

/**
 * What each predicted value counts in a reconstruction loss, [kernels, K * K]; zero outside a smaller kernel's centre.
 * `rmse`: 1 (the mean over all N weights follows). `layer-mse`: 1 / (layers * weights of the layer).
 */
export function kernelRowWeights(table: KernelTable, form: 'rmse' | 'layer-mse'): HostTensor {
  return fillRows(table, ({ shape, tiled }) => {
    const size = sizeOf(shape)
    const weight = form === 'rmse' ? 1 : 1 / (table.layers.length * size)
    if (tiled === undefined) return () => weight
    // A tile at an edge has values that are in no weight.
    const inWeight = toTiles(new Float32Array(size).fill(weight), shape)
    return (at) => inWeight[at] ?? 0
  })
}

/** Values of a layer's weight kernel by kernel, as the predictor gives them: those of a tiled layer tile by tile. */
export function kernelValues(weights: HostTensors, { name, shape, tiled }: LayerKernels): ArrayLike<number> {
  const weight = weights[name]
  if (weight?.data.length !== sizeOf(shape)) {
    throw new RangeError(`layer ${name} needs ${sizeOf(shape)} weights, got ${weight?.data.length ?? 'none'}`)
  }
  return tiled === undefined ? weight.data : toTiles(weight.data, shape)
}

function fillRows(table: KernelTable, valuesOf: (layer: LayerKernels) => (at: number) => number): HostTensor {
  const { kernelSize } = table
  const columns = kernelSize * kernelSize
  const rows = new Float32Array(table.kernels * columns)
  for (const layer of table.layers) {
    const { firstKernel, kernels, height, width } = layer
    const value = valuesOf(layer)
    const top = cropStart(kernelSize, height)
    const left = cropStart(kernelSize, width)
    for (let kernel = 0; kernel < kernels; kernel++) {
      for (let row = 0; row < height; row++) {
        for (let column = 0; column < width; column++) {
          const target = (firstKernel + kernel) * columns + (top + row) * kernelSize + left + column
          rows[target] = value((kernel * height + row) * width + column)
        }
      }
    }
  }
  return float32Tensor([table.kernels, columns], rows)
}

/** Euclidean norm of every original kernel: the sampling weights of method 4.2 (|w| for 1 x 1). */
export function kernelNorms(rows: HostTensor): Float64Array {
  const [kernels = 0, columns = 0] = rows.shape
  return Float64Array.from({ length: kernels }, (_, kernel) => {
    let sum = 0
    for (let column = 0; column < columns; column++) sum += (rows.data[kernel * columns + column] ?? 0) ** 2
    return Math.sqrt(sum)
  })
}
