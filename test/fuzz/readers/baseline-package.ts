import { readBack } from '#engine/quantisation/stored-parameters.ts'
import { baselinePackageKind } from '#formats/baseline-package/kind.ts'
import { isBaselinePackage, readBaselinePackage } from '#formats/baseline-package/reader.ts'
import { writeBaselinePackage } from '#formats/baseline-package/writer.ts'
import { readSafetensors } from '#formats/safetensors/reader.ts'
import { writeSafetensors } from '#formats/safetensors/writer.ts'
import type { BaselineDescription } from '#shared/package/baseline-description.ts'
import { decompressed } from '#shared/tensors/compressed-tensor.ts'
import { ok } from '#shared/basics/result.ts'
import { madeUpBaseline } from '#test/support/made-up-baseline.ts'
import { codedContradictions, descriptionBomb, mutatePackage } from '../package-parts.ts'
import type { FuzzedReader } from '../reader.ts'

const baseline = (options: Parameters<typeof madeUpBaseline>[0], allowsEntropy: boolean): Uint8Array =>
  writeBaselinePackage(madeUpBaseline(options), { allowsEntropy })
const codedHalves = baseline({ kinds: ['float16', 'float16', 'low-rank'], shape: [24, 16, 3, 3] }, true)
const seeds = [
  codedHalves,
  baseline({ kinds: ['float16'], kept: 'float32' }, true),
  baseline({ kinds: ['integer', 'float16', 'integer'], bits: 4 }, true),
  baseline({ kinds: ['integer'], bits: 3 }, false),
  baseline({ kinds: ['integer', 'integer'], bits: 4, shape: [12, 10, 3, 3], isUneven: true }, true),
  baseline({ kinds: ['float16', 'low-rank', 'sparse'], bits: 2, shape: [24, 16, 3, 3] }, true),
]
const { markKey } = baselinePackageKind

/** The package of a baseline, decoded to the last value. */
export const baselinePackage: FuzzedReader = {
  name: 'baseline-package',
  seeds,
  mutate: mutatePackage,
  handmade: [
    descriptionBomb(markKey),
    writeSafetensors([], { [markKey]: '{"version":2}' }),
    // The studio wrote the description.
    ...codedContradictions(codedHalves, (description) =>
      (description as BaselineDescription).layers.filter(({ kind }) => kind === 'float16'),
    ),
    writeSafetensors([]),
    new Uint8Array(3),
  ],
  codes: ['file-truncated', 'file-corrupt', 'file-unsupported', 'file-unsafe'],
  isRecognised(bytes) {
    const read = readSafetensors(bytes, 'fuzzed')
    return read.ok && isBaselinePackage(read.value.metadata)
  },
  read(bytes) {
    const read = readBaselinePackage(bytes, 'fuzzed')
    if (!read.ok) return read
    return ok([decompressed(read.value.layers), readBack(read.value.kept)])
  },
}
