/** Files of a run's kernel history: one that says which kernels are shown, and one for each step that is kept. */
import { toFloat16Bits } from '#shared/basics/float16.ts'
import {
  kernelHistoryVersion,
  type KernelSampleDescription,
  type KernelSnapshotDescription,
} from '#shared/tensors/kernel-history.ts'
import { sampleShapeOf, type SampledLayer } from '#shared/tensors/kernel-sample.ts'
import { writeSafetensors, type TensorToWrite } from '../safetensors/writer.ts'
import { originalPrefix, placePrefix, sampleKey, snapshotKey } from './names.ts'

/** One layer of a sample. */
export interface SampleLayerToWrite {
  readonly layer: SampledLayer
  /** The original's kernels, as `sampledValues` gives them. */
  readonly original: Float32Array
  /** Place of each kernel in the order in which the method sees them; absent without a permutation. */
  readonly places?: Int32Array
}

export function writeKernelSample(layers: readonly SampleLayerToWrite[]): Uint8Array<ArrayBuffer> {
  const description: KernelSampleDescription = {
    version: kernelHistoryVersion,
    layers: layers.map(({ layer }) => layer),
  }
  const tensors = layers.flatMap(({ layer, original, places }): [string, TensorToWrite][] => {
    const shape = sampleShapeOf(layer)
    return [
      [`${originalPrefix}${layer.name}`, { shape, data: original }],
      ...(places === undefined
        ? []
        : [[`${placePrefix}${layer.name}`, { shape: shape.slice(0, 2), data: places }] as [string, TensorToWrite]]),
    ]
  })
  return writeSafetensors(tensors, { [sampleKey]: JSON.stringify(description) })
}

export interface SnapshotToWrite extends Pick<KernelSnapshotDescription, 'step' | 'phase' | 'errors'> {
  /** In the order of the sample. */
  readonly layers: readonly { readonly layer: SampledLayer; readonly values: Float32Array }[]
}

/** Half precision: no eye sees the difference, and a run keeps dozens. */
export function writeKernelSnapshot({ layers, step, phase, errors }: SnapshotToWrite): Uint8Array<ArrayBuffer> {
  const description: KernelSnapshotDescription = { version: kernelHistoryVersion, step, phase, errors }
  const tensors = layers.map(({ layer, values }): [string, TensorToWrite] => {
    const halves = Uint16Array.from(values, toFloat16Bits)
    return [layer.name, { shape: sampleShapeOf(layer), dtype: 'float16', bytes: new Uint8Array(halves.buffer) }]
  })
  return writeSafetensors(tensors, { [snapshotKey]: JSON.stringify(description) })
}
