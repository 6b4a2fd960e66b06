/** nern_load.py beside the studio's reader of a spectral package: the same weights, to the last bit. */
import { expect, vi } from 'vitest'
import { readSpectralPackage } from '#formats/spectral-package/reader.ts'
import { tensorsOf } from '#formats/spectral-package/tensors.ts'
import { writeSpectralPackage } from '#formats/spectral-package/writer.ts'
import { unwrap } from '#shared/basics/result.ts'
import type { SpectralPackage } from '#shared/package/spectral-package.ts'
import { fuzzedFile } from '#test/fuzz/campaign.ts'
import { rewritten } from '#test/fuzz/package-parts.ts'
import { spectralPackage } from '#test/fuzz/readers/spectral-package.ts'
import { contentOf, expectAgreement, outcomesByPython } from '#test/support/loaded-by-python.ts'
import { madeUpSpectral, type MadeUpLayerOptions, type MadeUpSpectralOptions } from '#test/support/made-up-spectral.ts'
import { itWithPython } from '#test/support/python.ts'

/** Several hundred files, on a machine that may be busy. */
vi.setConfig({ testTimeout: 120_000 })

const everyShape: readonly MadeUpLayerOptions[] = [
  { shape: [16, 3, 3, 3] },
  { shape: [40, 16, 3, 3], magnitude: 0.4 },
  { shape: [24, 40, 1, 1], kind: 'folded-bias' },
  { shape: [24, 1, 5, 5], kind: 'bias' },
  { shape: [6, 24, 1, 7] },
  { shape: [6, 6, 7, 1], magnitude: 300 },
  { shape: [5, 3, 11, 9], kind: 'plain' },
  { shape: [70, 130, 3, 3], magnitude: 20 },
  { shape: [10, 70], magnitude: 5, kind: 'bias' },
]

const contents: readonly MadeUpSpectralOptions[] = [
  { layers: everyShape },
  { layers: everyShape, transform: 'none' },
  { layers: [...everyShape, ...everyShape], seed: 2 },
  { layers: [] },
  { layers: [{ shape: [64, 64, 3, 3], magnitude: 0 }] },
  { layers: [{ shape: [8, 8, 3, 3], magnitude: 1e8 }] },
  // Statistics of filters and channels are halved.
  { layers: [{ shape: [2100, 2, 1, 1] }, { shape: [3, 3, 30, 30], magnitude: 9 }] },
]

const files = contents.map((options) => writeSpectralPackage(madeUpSpectral(options)))

function contentOfSpectral(content: SpectralPackage): ReturnType<typeof contentOf> {
  const { weights, kept } = tensorsOf(content)
  return contentOf(content.network.preprocessing, { ...weights, ...kept })
}

itWithPython(['numpy'])('nern_load.py gives the weights of spectral packages, to the last bit', () => {
  const expected = files.map((bytes) => contentOfSpectral(unwrap(readSpectralPackage(bytes, 'package'))))
  expect(outcomesByPython(files)).toEqual(expected)
})

itWithPython(['numpy'])(
  'nern_load.py gives what the studio gives for hundreds of damaged spectral packages, or refuses them',
  () => {
    const damaged = Array.from({ length: 400 }, (_, at) => fuzzedFile(spectralPackage, 1, at))
    expectAgreement(damaged, (bytes) => {
      const read = readSpectralPackage(bytes, 'damaged')
      return read.ok ? contentOfSpectral(read.value) : undefined
    })
  },
)

const small = writeSpectralPackage(madeUpSpectral({ layers: [{ shape: [8, 6, 3, 3] }, { shape: [4, 8, 1, 1] }] }))

/** The package with something else in the place of `from` in its description. */
const described = (from: string, to: string): Uint8Array =>
  rewritten(small, (description) => JSON.stringify(description).replace(from, to))

const contradictions: Readonly<Record<string, readonly [Uint8Array, RegExp]>> = {
  'more weights than its bytes can hold': [described('[8,6,3,3]', '[8,600000,3,3]'), /few bytes claim too many/],
  'fewer weights than its bytes hold': [described('[4,8,1,1]', '[4,4,1,1]'), /does not end with its last symbol/],
  'kernels of too many weights': [described('[8,6,3,3]', '[8,6,3,3000]'), /3 x 3000 are too large/],
  'kernels of three extents': [described('[8,6,3,3]', '[8,6,9]'), /two or four extents/],
  'a kept tensor in the place of a batch norm': [described('"head.scale"', '"layer1.bn.running_mean"'), /named twice/],
  'a transform that is unknown': [described('"cosine"', '"wavelet"'), /transform/],
  'a step of nothing': [described('"step":0.03', '"step":0'), /step/],
}

itWithPython(['numpy'])('nern_load.py refuses a spectral package that contradicts itself and says why', () => {
  const outcomes = outcomesByPython(Object.values(contradictions).map(([bytes]) => bytes))
  Object.entries(contradictions).forEach(([title, [bytes, reason]], at) => {
    expect(outcomes[at], title).toEqual({ error: expect.stringMatching(reason) })
    expect(readSpectralPackage(bytes, title).ok, title).toBe(false)
  })
})
