import { expect, test } from 'vitest'
import { baselineBytes, baselineLayerBytes, openBaselinePackage } from '#formats/baseline-package/reader.ts'
import { writeBaselinePackage } from '#formats/baseline-package/writer.ts'
import { openSpectralPackage, spectralBytes, spectralLayerBytes } from '#formats/spectral-package/reader.ts'
import { writeSpectralPackage } from '#formats/spectral-package/writer.ts'
import { layerBits } from '#renderer/features/run/layer-errors.ts'
import { unwrap } from '#shared/basics/result.ts'
import { madeUpBaseline } from '#test/support/made-up-baseline.ts'
import { madeUpSpectral } from '#test/support/made-up-spectral.ts'

const sumOf = (bytes: ReadonlyMap<string, number>): number => [...bytes.values()].reduce((sum, one) => sum + one, 0)

test('the bytes of the layers of a baseline are those of all', () => {
  const file = unwrap(
    openBaselinePackage(
      writeBaselinePackage(madeUpBaseline({ kinds: ['integer', 'sparse', 'float16'] }), { allowsEntropy: true }),
      'package',
    ),
  )
  expect(sumOf(baselineLayerBytes(file))).toBe(baselineBytes(file).layers)
})

test('the codes of the layers of a spectral package take the stream, but for its last bytes', () => {
  const layers = [{ shape: [32, 16, 3, 3] as const }, { shape: [16, 32, 3, 3] as const }]
  const file = unwrap(openSpectralPackage(writeSpectralPackage(madeUpSpectral({ layers })), 'package'))
  const { kernels } = unwrap(spectralBytes(file, 'package'))
  const bytes = unwrap(spectralLayerBytes(file, 'package'))
  expect(bytes.size).toBe(2)
  expect(Math.abs(sumOf(bytes) - kernels)).toBeLessThan(8)
})

test('bits are counted for each weight of the layers that are stored by themselves', () => {
  expect(
    layerBits([
      { name: 'a', shape: [2, 2, 3, 3], relativeError: 0, bytes: 9 },
      { name: 'b', shape: [2, 2, 3, 3], relativeError: 0 },
    ]),
  ).toEqual([{ name: 'a', bits: 2, bytes: 9 }])
})
