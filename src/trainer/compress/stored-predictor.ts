/** The file that holds a stored predictor with its permutations. */
import type { LayerPermutation } from '#engine/nern/permutation/layer-permutation.ts'
import { writeSafetensors, type TensorToWrite } from '#formats/safetensors/writer.ts'
import { int32Tensor, type HostTensor } from '#shared/host-tensor.ts'
import type { CompressConfig } from '#shared/experiment-config.ts'
import { assertNever } from '#shared/result.ts'
import type { StoredTensor, StoredTensors } from '#shared/stored-tensor.ts'

/** safetensors: `predictor.*` at its precision, integers as int8 beside `<name>.scales`, `permutation.<layer>.*` as indices, the configuration as metadata. */
export function writeStoredPredictor(
  parameters: StoredTensors,
  permutations: readonly LayerPermutation[],
  layerNames: readonly string[],
  config: CompressConfig,
): Uint8Array {
  const predictor = Object.entries(parameters).flatMap(([name, tensor]) => [...storedEntries(name, tensor)])
  const orders = permutations.flatMap((permutation, at): (readonly [string, HostTensor])[] => {
    const prefix = `permutation.${layerNames[at] ?? at}`
    if (permutation.mode === 'cross-filter') return [[`${prefix}.order`, vector(permutation.order)]]
    return [
      [`${prefix}.filters`, vector(permutation.filterOrder)],
      [`${prefix}.channels`, vector(permutation.channelOrders)],
    ]
  })
  return writeSafetensors([...predictor, ...orders], { 'nern-config': JSON.stringify(config) })
}

function* storedEntries(name: string, tensor: StoredTensor): Generator<readonly [string, TensorToWrite]> {
  const { shape } = tensor
  const halves = (values: Uint16Array): Uint8Array =>
    new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  switch (tensor.kind) {
    case 'float32':
      yield [name, { shape, data: tensor.values }]
      break
    case 'float16':
      yield [name, { shape, dtype: 'float16', bytes: halves(tensor.halves) }]
      break
    case 'integer':
      yield [name, { shape, data: tensor.codes }]
      yield [`${name}.scales`, { shape: [tensor.scales.length], dtype: 'float16', bytes: halves(tensor.scales) }]
      break
    default:
      assertNever(tensor)
  }
}

function vector(values: Int32Array): HostTensor {
  return int32Tensor([values.length], values)
}
