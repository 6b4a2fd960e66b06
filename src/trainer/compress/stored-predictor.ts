/** The predictor at the precision it is stored at, and the file that holds it with its permutations. */
import type { LayerPermutation } from '#engine/nern/permutation/layer-permutation.ts'
import { writeSafetensors } from '#formats/safetensors/writer.ts'
import { fromFloat16Bits, toFloat16Bits } from '#shared/float16.ts'
import { float32Tensor, type HostTensors } from '#shared/host-tensor.ts'
import type { CompressConfig } from '#shared/experiment-config.ts'
import { AppException } from '#shared/result.ts'
import { permutationTensors } from './permutation-file.ts'

/**
 * What a reader of the stored file would get; accuracy is measured with these values.
 * Throws `AppException` `invalid-config` when a value does not fit the precision.
 */
export function atStoredPrecision(
  tensors: HostTensors,
  precision: CompressConfig['storage']['predictor' | 'remainder'],
): HostTensors {
  if (precision === 'float32') return tensors
  return Object.fromEntries(
    Object.entries(tensors).map(([name, { shape, data }]) => {
      const rounded = Float32Array.from(data, (value) => fromFloat16Bits(toFloat16Bits(value)))
      const lost = rounded.findIndex((value) => !Number.isFinite(value))
      if (lost >= 0) {
        throw new AppException({
          code: 'invalid-config',
          message: `${name} holds ${String(data[lost])}, which float16 cannot: its largest number is 65,504.`,
          where: `${name}, element ${lost}`,
          remedy: 'Store the predictor and the remainder as float32.',
        })
      }
      return [name, float32Tensor(shape, rounded)]
    }),
  )
}

/** safetensors: `predictor.*` at its precision, `permutation.<layer>.*` as indices, the configuration as metadata. */
export function writeStoredPredictor(
  parameters: HostTensors,
  permutations: readonly LayerPermutation[],
  layerNames: readonly string[],
  config: CompressConfig,
): Uint8Array {
  const predictor = Object.entries(parameters).map(([name, tensor]) => {
    if (config.storage.predictor === 'float32') return [name, tensor] as const
    const halves = Uint16Array.from(tensor.data, toFloat16Bits)
    return [name, { shape: tensor.shape, dtype: 'float16', bytes: new Uint8Array(halves.buffer) }] as const
  })
  const orders = permutationTensors(permutations, layerNames)
  return writeSafetensors([...predictor, ...orders], { 'nern-config': JSON.stringify(config) })
}
