import type { Executor } from '#engine/executors/executor.ts'
import { packageFormatOf } from '#formats/package-container/formats.ts'
import { readSafetensors } from '#formats/safetensors/reader.ts'
import type { PackagedNetwork } from '#shared/package/package-description.ts'
import type { HostTensors } from '#shared/tensors/host-tensor.ts'
import { packageMethods } from './table.ts'

/**
 * The whole network of a package of any family, recognised by its mark. Throws `AppException` as their readers say; a file
 * without a mark is refused as no compressed package.
 */
export async function networkOfPackage(
  executor: Executor,
  bytes: Uint8Array,
  fileName: string,
): Promise<{ readonly network: PackagedNetwork; readonly tensors: HostTensors }> {
  const header = readSafetensors(bytes, fileName)
  // What has no mark is refused by any of the readers.
  const format = (header.ok ? packageFormatOf(header.value.metadata) : undefined) ?? 'nern'
  const { network, weights, kept } = await packageMethods[format].decode(bytes, fileName, executor)
  return { network, tensors: { ...kept, ...weights } }
}
