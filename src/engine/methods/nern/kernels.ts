/** Between per-kernel rows [kernels, K * K] and the weights of the represented layers (method 1.3). */
import type { NamedTensors } from '#engine/program/program.ts'
import { tf } from '#engine/program/tfjs.ts'
import { float32Tensor, type HostTensor, type HostTensors } from '#shared/tensors/host-tensor.ts'
import type { KernelTable, LayerKernels } from './coordinates.ts'

/** First row and column of a centred crop from K to `extent` (1 for 3 to 1). */
function cropStart(kernelSize: number, extent: number): number {
  return Math.floor(kernelSize / 2 - extent / 2)
}

/** Cuts the rows of one layer, [kernels, K * K], to its weight; the gradient off the centre is zero. */
function layerWeight(rows: tf.Tensor, layer: LayerKernels, kernelSize: number): tf.Tensor {
  const { height, width, kernels } = layer
  const shape = [...layer.shape]
  if (height === kernelSize && width === kernelSize) return tf.reshape(rows, shape)
  const square = tf.reshape(rows, [kernels, kernelSize, kernelSize])
  const start = [0, cropStart(kernelSize, height), cropStart(kernelSize, width)]
  return tf.reshape(tf.slice(square, start, [kernels, height, width]), shape)
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
    const weight = weights[layer.name]
    const size = layer.kernels * layer.height * layer.width
    if (weight?.data.length !== size) {
      throw new RangeError(`layer ${layer.name} needs ${size} weights, got ${weight?.data.length ?? 'none'}`)
    }
    const { data } = weight
    return (at) => data[at] ?? 0
  })
}

/**
 * What each predicted value counts in a reconstruction loss, [kernels, K * K]; zero outside a smaller kernel's centre.
 * `rmse`: 1 (the mean over all N weights follows). `layer-mse`: 1 / (layers * weights of the layer).
 */
export function kernelRowWeights(table: KernelTable, form: 'rmse' | 'layer-mse'): HostTensor {
  return fillRows(table, ({ kernels, height, width }) => {
    const weight = form === 'rmse' ? 1 : 1 / (table.layers.length * kernels * height * width)
    return () => weight
  })
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
