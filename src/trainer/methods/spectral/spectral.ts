import { readSpectralPackage } from '#formats/spectral-package/reader.ts'
import { tensorsOf } from '#formats/spectral-package/tensors.ts'
import { unwrap } from '#shared/basics/result.ts'
import type { CompressionMethod } from '../method.ts'
import { SpectralRun } from './spectral-run.ts'

/** Kernels coded as pictures are (docs/method.md). */
export const spectral: CompressionMethod<'spectral'> = {
  start: (options) => SpectralRun.start(options),
  async decode(bytes, fileName) {
    const content = unwrap(readSpectralPackage(bytes, fileName))
    return { network: content.network, ...tensorsOf(content) }
  },
}
