/**
 * The kernels of a network that snapshots of a run show: a few filters and channels of every represented layer, so that
 * a history of them stays small (docs/store.md).
 */
import { z } from 'zod'
import { sizeOf } from './host-tensor.ts'
import { kernelShapeOf, representedShapeSchema } from './represented-shape.ts'

/** A side of the grid of kernels that is shown of a layer. */
const mostFilters = 16
/** Of all layers of a snapshot together, whatever the network: 96 KiB in half precision. */
const mostValues = 48 * 1024

const indices = z.array(z.int().min(0)).min(1).max(4096).readonly()

/** Which kernels of a layer are shown: those of every one of `filters` with every one of `channels`, both ascending. */
export const sampledLayerSchema = z.strictObject({
  name: z.string().min(1).max(1000),
  shape: representedShapeSchema,
  filters: indices,
  channels: indices,
})
export type SampledLayer = z.infer<typeof sampledLayerSchema>

/** Filters and channels spread evenly over each layer: all of them where a layer is small. */
export function sampleOf(layers: readonly Pick<SampledLayer, 'name' | 'shape'>[]): readonly SampledLayer[] {
  const mostOfLayer = Math.floor(mostValues / Math.max(1, layers.length))
  return layers.map(({ name, shape }) => {
    const [filters, channels, height, width] = kernelShapeOf(shape)
    const shownFilters = Math.min(filters, mostFilters)
    const affordable = Math.max(1, Math.floor(mostOfLayer / (height * width * shownFilters)))
    return {
      name,
      shape,
      filters: spread(shownFilters, filters),
      channels: spread(Math.min(channels, mostFilters, affordable), channels),
    }
  })
}

/** [filters, channels, height, width] of a sample. */
export function sampleShapeOf({ shape, filters, channels }: SampledLayer): readonly [number, number, number, number] {
  const [, , height, width] = kernelShapeOf(shape)
  return [filters.length, channels.length, height, width]
}

/** The sampled kernels of a layer's weight, in a copy. */
export function sampledValues(weight: Float32Array, layer: SampledLayer): Float32Array<ArrayBuffer> {
  return copySample(weight, layer, new Float32Array(sizeOf(sampleShapeOf(layer))))
}

/** Copies the sampled kernels of a layer to `sample` and returns it. @param values as many as the layer has weights */
export function copySample<T extends Float32Array | Int32Array>(
  values: Float32Array | Int32Array,
  layer: SampledLayer,
  sample: T,
): T {
  const [, channels, height, width] = kernelShapeOf(layer.shape)
  const size = height * width
  sampledKernels(layer).forEach(([filter, channel], at) => {
    const start = (filter * channels + channel) * size
    sample.set(values.subarray(start, start + size), at * size)
  })
  return sample
}

/** Filter and channel of each kernel of a sample, in its order. */
export function sampledKernels({ filters, channels }: Pick<SampledLayer, 'filters' | 'channels'>) {
  return filters.flatMap((filter) => channels.map((channel) => [filter, channel] as const))
}

function spread(count: number, of: number): number[] {
  return Array.from({ length: count }, (_, at) => Math.floor(((at + 0.5) * of) / count))
}
