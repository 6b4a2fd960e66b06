import { readSafetensors } from '#formats/safetensors/reader.ts'
import { writeSafetensors } from '#formats/safetensors/writer.ts'
import { spectralPackageKind } from '#formats/spectral-package/kind.ts'
import { isSpectralPackage, readSpectralPackage } from '#formats/spectral-package/reader.ts'
import { tensorsOf } from '#formats/spectral-package/tensors.ts'
import { writeSpectralPackage } from '#formats/spectral-package/writer.ts'
import { ok } from '#shared/basics/result.ts'
import { madeUpSpectral, type MadeUpSpectralOptions } from '#test/support/made-up-spectral.ts'
import { descriptionBomb, mutatePackage, rewritten } from '../package-parts.ts'
import type { FuzzedReader } from '../reader.ts'

const spectral = (options: MadeUpSpectralOptions): Uint8Array => writeSpectralPackage(madeUpSpectral(options))

const zeros = spectral({ layers: [{ shape: [64, 16, 3, 3], magnitude: 0, kind: 'plain' }] })
const { markKey } = spectralPackageKind

/** The package with other extents of its layers. */
const reshaped = (shape: readonly number[]): Uint8Array =>
  rewritten(zeros, (description) => JSON.stringify(description).replace('[64,16,3,3]', JSON.stringify(shape)))

/** The package of spectral codes, decoded to the last weight. */
export const spectralPackage: FuzzedReader = {
  name: 'spectral-package',
  seeds: [
    spectral({ layers: [{ shape: [8, 6, 3, 3] }, { shape: [8, 8, 1, 1] }] }),
    spectral({ layers: [{ shape: [6, 4, 5, 5], kind: 'folded-bias' }, { shape: [6, 1, 7, 7] }, { shape: [4, 6] }] }),
    spectral({ layers: [{ shape: [8, 6, 3, 3], kind: 'bias' }], transform: 'none' }),
    spectral({ layers: [{ shape: [6, 4, 3, 3], magnitude: 1e6 }] }),
    zeros,
  ],
  mutate: mutatePackage,
  handmade: [
    descriptionBomb(markKey),
    writeSafetensors([], { [markKey]: '{"version":9}' }),
    // As many zeros as the bytes may hold, more than they may, more than any network, kernels of a huge transform.
    reshaped([640, 160, 3, 3]),
    reshaped([6400, 1600, 3, 3]),
    reshaped([65_536, 65_536, 3, 3]),
    reshaped([1, 1, 96, 96]),
    writeSafetensors([]),
    new Uint8Array(3),
  ],
  codes: ['file-truncated', 'file-corrupt', 'file-unsupported', 'file-unsafe'],
  isRecognised(bytes) {
    const read = readSafetensors(bytes, 'fuzzed')
    return read.ok && isSpectralPackage(read.value.metadata)
  },
  read(bytes) {
    const read = readSpectralPackage(bytes, 'fuzzed')
    return read.ok ? ok(tensorsOf(read.value)) : read
  },
}
