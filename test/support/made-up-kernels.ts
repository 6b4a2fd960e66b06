/** A kernel history of two small layers, for its reader. */
import { writeKernelSample, writeKernelSnapshot } from '#formats/kernel-history/writer.ts'
import { sampledKernels, sampleShapeOf, type SampledLayer } from '#shared/tensors/kernel-sample.ts'
import { sizeOf } from '#shared/tensors/host-tensor.ts'

export const sampledLayers: readonly SampledLayer[] = [
  { name: 'conv.weight', shape: [4, 3, 3, 3], filters: [0, 2], channels: [0, 1, 2] },
  { name: 'fc.weight', shape: [5, 4], filters: [1], channels: [0, 3] },
]

/** Numbers that half precision holds. */
export function madeUpKernels(layer: SampledLayer, step: number): Float32Array {
  return Float32Array.from({ length: sizeOf(sampleShapeOf(layer)) }, (_, at) => (at - step) / 8)
}

export function madeUpSample(): Uint8Array {
  return writeKernelSample(
    sampledLayers.map((layer) => ({
      layer,
      original: madeUpKernels(layer, 0),
      places: Int32Array.from(sampledKernels(layer), (_, at) => sampledKernels(layer).length - 1 - at),
    })),
  )
}

export function madeUpSnapshot(step: number): Uint8Array {
  return writeKernelSnapshot({
    step,
    phase: 'reconstruction',
    errors: [0.5, null],
    layers: sampledLayers.map((layer) => ({ layer, values: madeUpKernels(layer, step) })),
  })
}
