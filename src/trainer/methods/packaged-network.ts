import type { Executor } from '#engine/executors/executor.ts'
import { isBaselinePackage } from '#formats/baseline-package/reader.ts'
import { readSafetensors } from '#formats/safetensors/reader.ts'
import type { PackagedNetwork } from '#shared/package/package-description.ts'
import type { HostTensors } from '#shared/tensors/host-tensor.ts'
import { compressionMethods } from './table.ts'

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
  const isDirect = header.ok && isBaselinePackage(header.value.metadata)
  const method = compressionMethods[isDirect ? 'baseline' : 'compress']
  const { network, weights, kept } = await method.decode(bytes, fileName, executor)
  return { network, tensors: { ...kept, ...weights } }
}
