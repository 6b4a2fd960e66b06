import { readSpectralPackage } from '#formats/spectral-package/reader.ts'
import { tensorsOf } from '#formats/spectral-package/tensors.ts'
import { unwrap } from '#shared/basics/result.ts'
import type { DecodedNetwork } from '../method.ts'

/** The network of a spectral package. Throws `AppException` as its reader says. */
export async function decodeSpectralPackage(bytes: Uint8Array, fileName: string): Promise<DecodedNetwork> {
  const content = unwrap(readSpectralPackage(bytes, fileName))
  return { network: content.network, ...tensorsOf(content) }
}
