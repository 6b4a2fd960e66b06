import { expect, it } from 'vitest'
import { namedPreprocessing, networkMetadata } from '#formats/network-metadata.ts'
import { defaultPreprocessing, preprocessingPresets } from '#shared/network/preprocessing.ts'

const file = { name: 'a.safetensors' }
const network = { architecture: 'resnet20-cifar-a', classes: 10 }
const caffe = { ...preprocessingPresets['caffe-rgb'].preprocessing, resize: 256 }

it('names a preprocessing that is not the usual one, to the last bit', () => {
  expect(namedPreprocessing(file, networkMetadata({ ...network, preprocessing: caffe }))).toEqual(caffe)
})

it('says nothing of the usual one, so that files from before keep their hashes', () => {
  const metadata = networkMetadata({ ...network, preprocessing: defaultPreprocessing })
  expect(metadata).toEqual({ architecture: 'resnet20-cifar-a', classes: '10' })
  expect(namedPreprocessing(file, metadata)).toBeUndefined()
})

it('takes images as they are stored where only mean and deviation are named', () => {
  const preprocessing = JSON.stringify({ mean: [0.5], standardDeviation: [0.25] })
  expect(namedPreprocessing(file, { preprocessing })).toEqual({ mean: [0.5], standardDeviation: [0.25], resize: 0 })
})

it.each([
  ['no JSON', 'RGB 0..255', 'metadata "preprocessing"'],
  ['another thing', '"bicubic"', 'metadata "preprocessing"'],
  ['a mean in bytes', '{"mean":[123],"standardDeviation":[1]}', 'metadata "preprocessing", mean.0'],
  ['a deviation of zero', '{"mean":[0],"standardDeviation":[0]}', 'metadata "preprocessing", standardDeviation.0'],
  ['an unknown part', '{"mean":[0],"standardDeviation":[1],"crop":7}', 'metadata "preprocessing"'],
])('refuses %s, and says how to import all the same', (_what, preprocessing, where) => {
  expect(() => namedPreprocessing(file, { preprocessing })).toThrow(
    expect.objectContaining({
      code: 'file-corrupt',
      where: `a.safetensors, ${where}`,
      remedy: expect.stringContaining('--mean'),
    }),
  )
})
