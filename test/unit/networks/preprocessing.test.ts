import { expect, it } from 'vitest'
import { buildNetwork } from '#networks/architectures.ts'
import { imageMisfit } from '#networks/image-fit.ts'
import { completePreprocessing } from '#networks/preprocessing.ts'
import { defaultPreprocessing } from '#shared/network/preprocessing.ts'

function networkOf(id: string) {
  const built = buildNetwork(id, 10)
  if (!built.ok) throw new Error(built.error.message)
  return built.value
}
const network = networkOf('resnet20-cifar-a')

it('takes each part from the first source that says it, else from the network', () => {
  expect(completePreprocessing(network)).toEqual(defaultPreprocessing)
  expect(completePreprocessing(network, { resize: 40 }, { mean: [0.5, 0.5, 0.5], resize: 36 })).toEqual({
    mean: [0.5, 0.5, 0.5],
    standardDeviation: defaultPreprocessing.standardDeviation,
    resize: 40,
  })
  expect(completePreprocessing(network, undefined, { mean: undefined, standardDeviation: [1] })).toEqual({
    ...defaultPreprocessing,
    standardDeviation: [1, 1, 1],
  })
})

it.each([
  [{ mean: [0.1, 0.2] }, 'preprocessing.mean', /images of 3 channels; mean has 2 values/],
  [{ standardDeviation: [1, 1, 1, 1] }, 'preprocessing.standardDeviation', /has 4 values/],
  [{ resize: 31 }, 'preprocessing.resize', /takes images of 32 pixels.*resized to 31/],
] as const)('refuses %j', (changes, where, message) => {
  expect(() => completePreprocessing(network, changes)).toThrow(
    expect.objectContaining({ code: 'invalid-argument', where, message: expect.stringMatching(message) }),
  )
})

it('resized images fit from any size that is large enough', () => {
  const resized = { ...networkOf('resnet18-imagenet'), preprocessing: { ...defaultPreprocessing, resize: 232 } }
  expect(imageMisfit(resized, [3, 256, 256])).toBeUndefined()
  expect(imageMisfit(resized, [3, 512, 512])).toBeUndefined()
  expect(imageMisfit(resized, [3, 224, 224])).toBeUndefined()
  expect(imageMisfit(resized, [3, 160, 160])).toMatch(/3 x 224 x 224 out of ones resized to 232.*160 x 160/)
  expect(imageMisfit({ ...resized, preprocessing: defaultPreprocessing }, [3, 512, 512])).toMatch(/512 x 512/)
})
