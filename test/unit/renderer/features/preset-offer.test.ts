import { describe, expect, test } from 'vitest'
import { compressPresets } from '#shared/methods/nern/presets.ts'
import { presetOffer } from '#renderer/features/new-experiment/preset-offer.ts'
import { datasetRecord, networkRecord } from '#test/support/records.ts'

type Sources = Parameters<typeof presetOffer>[0]

const shape = {
  representedLayers: [{ name: 'conv', shape: [64, 64, 3, 3] as const }],
  remainder: [],
}
const cifar = datasetRecord({ imageShape: [3, 32, 32] })

function offerFor(sources: Partial<Sources>) {
  return presetOffer({
    presets: compressPresets,
    chosenId: 'fast',
    network: undefined,
    shape: undefined,
    dataset: undefined,
    seconds: undefined,
    ...sources,
  })
}

const idsOf = (offer: ReturnType<typeof presetOffer>) => offer.groups.flatMap(({ rows }) => rows.map(({ id }) => id))

describe('the presets that are offered', () => {
  test('leave out what was made for other networks, and count it', () => {
    const resnet20 = networkRecord({ representedWeights: 268_336, classes: 10, architecture: 'resnet20-cifar-b' })
    const offer = offerFor({ network: resnet20, dataset: cifar })
    expect(idsOf(offer)).toEqual([
      'fast',
      'fast-data-free',
      'small',
      'smoke',
      'published-resnet20-in-filter-160',
      'published-resnet20-in-filter-180',
      'published-resnet20-cross-filter-160',
      'published-resnet20-cross-filter-180',
    ])
    expect([idsOf(offer).length + offer.hidden, offer.measuredOn]).toEqual([
      compressPresets.length,
      'the sample ResNet-20',
    ])
  })

  test('are those of ResNet-56 for a network of its size, with the classes it has', () => {
    const ids = idsOf(
      offerFor({ network: networkRecord({ representedWeights: 850_000, classes: 100 }), dataset: cifar }),
    )
    expect(ids).toContain('fast-resnet56')
    expect(ids.filter((id) => id.startsWith('published'))).toEqual([
      'published-resnet56-cifar100-cross-filter-360',
      'published-resnet56-cifar100-cross-filter-400',
    ])
  })

  test('are all there while nothing is chosen, and the chosen one always', () => {
    expect(offerFor({}).hidden).toBe(0)
    const small = networkRecord({ representedWeights: 1000 })
    expect(idsOf(offerFor({ network: small, chosenId: 'fast-resnet56' }))).toContain('fast-resnet56')
  })

  test('say ratio, time on this machine and points, or that these are not known', () => {
    const seconds = compressPresets.map(({ id }) => (id === 'fast' ? 258 : undefined))
    const { groups, facts } = offerFor({ shape, seconds })
    const [fast, wide] = groups[0]?.rows ?? []
    expect(fast).toEqual({
      id: 'fast',
      title: 'Fast',
      ratio: expect.stringMatching(/×$/),
      time: '4 min 18 s',
      points: '−0.31 points',
    })
    expect([wide?.time, wide?.points]).toEqual(['not measured yet', ''])
    expect(facts.slice(1)).toEqual([
      '4 min 18 s on this machine.',
      '−0.31 points on the sample ResNet-20, one seed (docs/results.md).',
    ])
  })
})
