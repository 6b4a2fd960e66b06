import { readBack } from '#engine/quantisation/stored-parameters.ts'
import { isPackage, readPackage } from '#formats/nern-package/reader.ts'
import { writePackage } from '#formats/nern-package/writer.ts'
import { readSafetensors } from '#formats/safetensors/reader.ts'
import { writeSafetensors } from '#formats/safetensors/writer.ts'
import type { PackageDescription } from '#shared/package/package-description.ts'
import { ok } from '#shared/basics/result.ts'
import { madeUpPackage } from '#test/support/made-up-package.ts'
import { codedContradictions, descriptionBomb, mutatePackage } from '../package-parts.ts'
import type { FuzzedReader } from '../reader.ts'

const codedHalves = writePackage(madeUpPackage({ predictor: 'float16', hiddenSize: 24 }))
const marked = (mark: string): Uint8Array => writeSafetensors([], { nern: mark })

/** The compressed package, decoded to the last value. */
export const nernPackage: FuzzedReader = {
  name: 'nern-package',
  seeds: [
    writePackage(madeUpPackage({ mode: 'none' })),
    writePackage(madeUpPackage({ mode: 'in-filter', predictor: 'float16', kept: 'float16' })),
    writePackage(madeUpPackage({ embedding: { type: 'fourier', levels: 4, seed: 0 }, kept: 8 })),
    codedHalves,
    writePackage(madeUpPackage({ predictor: 'float16', hiddenSize: 64, zeros: 0.7 })),
    writePackage(madeUpPackage({ predictor: 4, hiddenSize: 24, blocks: 4 })),
    writePackage(madeUpPackage({ layers: [{ name: 'fc.weight', shape: [4, 6] }] })),
    writePackage(madeUpPackage({ parts: 3, mode: 'none', embedding: { type: 'seeded', numbers: 5, seed: 0 } })),
    writePackage(madeUpPackage({ layers: [{ name: 'fc.weight', shape: [4, 6], tiled: true }], mode: 'in-filter' })),
    writePackage(madeUpPackage({ parts: 2, predictor: 6, mode: 'in-filter' })),
  ],
  mutate: mutatePackage,
  handmade: [
    descriptionBomb('nern'),
    marked('{'),
    marked('{}'),
    marked('{"version":2}'),
    // The studio wrote the description.
    ...codedContradictions(codedHalves, (description) => (description as PackageDescription).predictor.tensors),
    writeSafetensors([]),
    new Uint8Array(3),
  ],
  codes: ['file-truncated', 'file-corrupt', 'file-unsupported', 'file-unsafe'],
  isRecognised(bytes) {
    const read = readSafetensors(bytes, 'fuzzed')
    return read.ok && isPackage(read.value.metadata)
  },
  read(bytes) {
    const read = readPackage(bytes, 'fuzzed')
    if (!read.ok) return read
    return ok([readBack(read.value.predictor), readBack(read.value.kept)])
  },
}
