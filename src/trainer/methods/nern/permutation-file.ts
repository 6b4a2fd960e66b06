/** Permutations as a safetensors file, which the studio keeps beside the network they are of. */
import type { KernelTable, LayerKernels } from '#engine/methods/nern/coordinates.ts'
import type { PermutationMode } from '#engine/methods/nern/permutation/layer-permutation.ts'
import type { LayerPermutation } from '#shared/network/layer-permutation.ts'
import type { FileTensor } from '#formats/file-tensor.ts'
import { readSafetensors } from '#formats/safetensors/reader.ts'
import { writeSafetensors } from '#formats/safetensors/writer.ts'
import { int32Tensor, type HostTensor } from '#shared/tensors/host-tensor.ts'
import { AppException } from '#shared/basics/result.ts'

/** `permutation.<layer>.order`, or `.filters` and `.channels`, as int32. */
export function writePermutations(permutations: readonly LayerPermutation[], table: KernelTable): Uint8Array {
  const tensors = permutations.flatMap((permutation, at): (readonly [string, HostTensor])[] => {
    const prefix = `permutation.${table.layers[at]?.name ?? at}`
    if (permutation.mode === 'cross-filter') return [[`${prefix}.order`, vector(permutation.order)]]
    return [
      [`${prefix}.filters`, vector(permutation.filterOrder)],
      [`${prefix}.channels`, vector(permutation.channelOrders)],
    ]
  })
  return writeSafetensors(tensors)
}

/**
 * The permutations `writePermutations` wrote, for the layers of `table`. Throws `AppException` with the codes of
 * `readSafetensors`, or `file-corrupt` when a layer's is missing or names a kernel twice.
 */
export function readPermutations(
  bytes: Uint8Array,
  fileName: string,
  mode: PermutationMode,
  table: KernelTable,
): readonly LayerPermutation[] {
  const file = readSafetensors(bytes, fileName)
  if (!file.ok) throw new AppException(file.error)
  const { tensors } = file.value
  const ordersOf = (layer: LayerKernels, part: string, count: number, orders = 1): Int32Array => {
    const name = `permutation.${layer.name}.${part}`
    const values = int32Of(tensors.get(name))
    if (values?.length === count * orders && areOrders(values, count)) return values
    throw new AppException({
      code: 'file-corrupt',
      message: `${fileName} holds no order of the ${count} kernels or channels that ${name} is for.`,
      where: name,
      remedy: 'It is computed again.',
    })
  }
  return table.layers.map((layer) =>
    mode === 'cross-filter'
      ? { mode, order: ordersOf(layer, 'order', layer.kernels) }
      : {
          mode,
          filterOrder: ordersOf(layer, 'filters', layer.filters),
          channelOrders: ordersOf(layer, 'channels', layer.channels, layer.filters),
        },
  )
}

function vector(values: Int32Array): HostTensor {
  return int32Tensor([values.length], values)
}

/** A copy that starts at offset 0 of its own buffer, as typed arrays need. */
function int32Of(tensor: FileTensor | undefined): Int32Array | undefined {
  return tensor?.dtype === 'int32' ? new Int32Array(new Uint8Array(tensor.bytes).buffer) : undefined
}

/** Whether every `count` values in turn are the numbers 0 up to `count`, each once. */
function areOrders(values: Int32Array, count: number): boolean {
  const lastSeenIn = new Int32Array(count)
  return values.every((value, at) => {
    if (value < 0 || value >= count) return false
    const order = Math.floor(at / count) + 1
    const isNew = lastSeenIn[value] !== order
    lastSeenIn[value] = order
    return isNew
  })
}
