/** Permutations of all layers of a network, and the coordinates they give. */
import { float32Tensor, type HostTensors } from '#shared/tensors/host-tensor.ts'
import { naturalCoordinates, type KernelTable } from '../coordinates.ts'
import { kernelValues } from '../kernels.ts'
import {
  permutedFilterChannels,
  permuteLayer,
  type LayerPermutation,
  type PathOptions,
  type PermutationMode,
} from './layer-permutation.ts'

export interface PermutationOptions extends Pick<PathOptions, 'twoOptPasses'> {
  /** Kernels placed so far, of `table.kernels`. */
  onProgress?(kernels: number): void
  /** Awaited every few tens of milliseconds; the caller handles messages there, or throws to cancel. */
  pause?(): Promise<void>
}

/**
 * Permutation of every represented layer, in their order: under a second for ResNet-20 and ResNet-56, a minute or two
 * for ResNet-18 (docs/performance.md).
 */
export async function permuteNetwork(
  mode: PermutationMode,
  table: KernelTable,
  weights: HostTensors,
  options: PermutationOptions = {},
): Promise<readonly LayerPermutation[]> {
  const permutations: LayerPermutation[] = []
  let placed = 0
  for (const layer of table.layers) {
    const steps = permuteLayer(mode, layer, kernelValues(weights, layer), options)
    for (let step = steps.next(); ; step = steps.next()) {
      if (step.done === true) {
        permutations.push(step.value)
        break
      }
      placed += step.value
      options.onProgress?.(Math.floor(placed))
      await options.pause?.()
    }
  }
  return permutations
}

/** [kernels, 3] (layer, filter, channel) given to each kernel, kernels in their own order. */
export function permutedCoordinates(table: KernelTable, permutations: readonly LayerPermutation[]): Int32Array {
  if (permutations.length !== table.layers.length) {
    throw new RangeError(`${table.layers.length} layers need as many permutations, got ${permutations.length}`)
  }
  const coordinates = naturalCoordinates(table)
  table.layers.forEach((layer, at) => {
    const permutation = permutations[at]
    if (permutation === undefined) return
    permutedFilterChannels(permutation, layer).forEach((value, index) => {
      coordinates[(layer.firstKernel + (index >> 1)) * 3 + 1 + (index & 1)] = value
    })
  })
  return coordinates
}

/**
 * Weights of the represented layers with each kernel where its coordinate says: what a predictor fits as a curve. Tiled layers,
 * whose tiles have no neighbours along filters and channels of the weight, are left out.
 */
export function weightsByCoordinate(
  table: KernelTable,
  permutations: readonly LayerPermutation[],
  weights: HostTensors,
): HostTensors {
  const coordinates = permutedCoordinates(table, permutations)
  const whole = table.layers.filter(({ tiled }) => tiled === undefined)
  const moved = whole.map(({ name, shape, channels, height, width, firstKernel, kernels }) => {
    const size = height * width
    const source = weights[name]
    if (source === undefined) throw new RangeError(`no weight for layer ${name}`)
    const target = new Float32Array(kernels * size)
    for (let kernel = 0; kernel < kernels; kernel++) {
      const at = (firstKernel + kernel) * 3
      const position = (coordinates[at + 1] ?? 0) * channels + (coordinates[at + 2] ?? 0)
      target.set(source.data.subarray(kernel * size, (kernel + 1) * size), position * size)
    }
    return [name, float32Tensor(shape, target)] as const
  })
  return Object.fromEntries(moved)
}
