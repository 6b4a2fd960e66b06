import { describe, expect, it } from 'vitest'
import { assertFit, assertImages } from '#main/library/dataset-fit.ts'
import { cifarResnet } from '#networks/zoo/cifar-resnet.ts'
import { datasetRecord, networkRecord } from '#test/support/records.ts'

const resnet20 = cifarResnet({ depth: 20, shortcut: 'a', classes: 10 })
const names = (count: number) => Array.from({ length: count }, (_, i) => `class ${i}`)

function refusal(act: () => void): unknown {
  try {
    act()
    return undefined
  } catch (thrown) {
    return thrown
  }
}

describe('a network and a data set', () => {
  it('fit with as many classes and images of the same size', () => {
    expect(refusal(() => assertFit(networkRecord(), resnet20, datasetRecord()))).toBeUndefined()
  })

  it('fit when the network can look at the centre of slightly larger images', () => {
    const dataset = datasetRecord({ kind: 'image-folder', imageShape: [3, 37, 37] })
    expect(refusal(() => assertFit(networkRecord(), resnet20, dataset))).toBeUndefined()
  })

  it('do not fit with other classes; a part of the classes needs the list of all', () => {
    const part = datasetRecord({ kind: 'image-folder', name: 'part', classNames: names(5) })
    expect(refusal(() => assertFit(networkRecord(), resnet20, part))).toMatchObject({
      code: 'dataset-mismatch',
      message: 'ResNet-20 tells 10 classes apart, part has 5.',
      remedy: expect.stringMatching(/classes\.txt into the folder \(the folder names of all 10 classes/),
    })
    const other = datasetRecord({ kind: 'cifar100', classNames: names(100) })
    expect(refusal(() => assertFit(networkRecord(), resnet20, other))).toMatchObject({
      remedy: expect.stringMatching(/trained on/),
    })
  })

  it.each([
    [[3, 256, 256], /takes images of 3 x 32 x 32, and the stored ones are 3 x 256 x 256 in photos\./],
    [[3, 31, 31], /31 x 31/],
    [[1, 32, 32], /1 x 32 x 32/],
  ] as const)('do not fit with images of %j', (imageShape, message) => {
    const dataset = datasetRecord({ kind: 'image-folder', name: 'photos', imageShape })
    expect(refusal(() => assertFit(networkRecord(), resnet20, dataset))).toMatchObject({
      code: 'dataset-mismatch',
      message: expect.stringMatching(message),
      remedy: expect.stringMatching(/stored size 37 \(--size\)/),
    })
  })
})

it('says which split lacks images, and how to get some', () => {
  const dataset = datasetRecord({
    kind: 'image-folder',
    name: 'sample',
    counts: { train: 0, validation: 0, test: 100 },
  })
  expect(refusal(() => assertImages(dataset, 'train', 32, 'fill a batch'))).toMatchObject({
    code: 'dataset-mismatch',
    message: 'The train split of sample has 0 images; 32 are needed to fill a batch.',
    remedy: expect.stringMatching(/--split hash/),
  })
  expect(refusal(() => assertImages(dataset, 'test', 100, 'report on'))).toBeUndefined()
})
