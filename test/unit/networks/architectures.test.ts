import { describe, expect, test } from 'vitest'
import { architectures, buildNetwork } from '#networks/architectures.ts'
import type { Network } from '#networks/network.ts'
import { networkShape } from '#networks/network-shape.ts'
import { sizeOf } from '#shared/tensors/host-tensor.ts'

function build(id: string, classes = 10): Network {
  const result = buildNetwork(id, classes)
  if (!result.ok) throw new Error(result.error.message)
  return result.value
}

function counts(network: Network) {
  const trainable = network.parameters.filter(({ role }) => role !== 'bn-mean' && role !== 'bn-variance')
  return {
    layers: network.representedLayers.length,
    kernels: network.representedLayers.reduce((sum, { shape }) => sum + shape[0] * shape[1], 0),
    weights: network.representedLayers.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
    parameters: trainable.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
  }
}

describe('CIFAR ResNets', () => {
  // Method 11, and 14.B for what the authors' code printed.
  test.each([
    ['resnet20-cifar-a', 10, { layers: 19, kernels: 29_744, weights: 267_696, parameters: 269_722 }],
    ['resnet20-cifar-b', 10, { layers: 21, kernels: 32_304, weights: 270_256, parameters: 272_474 }],
    ['resnet56-cifar-a', 10, { layers: 55, kernels: 94_256, weights: 848_304, parameters: 853_018 }],
    ['resnet56-cifar-b', 10, { layers: 57, kernels: 96_816, weights: 850_864, parameters: 855_770 }],
    ['resnet56-cifar-b', 100, { layers: 57, kernels: 96_816, weights: 850_864, parameters: 861_620 }],
  ])('%s with %i classes has the published sizes', (id, classes, expected) => {
    expect(counts(build(id, classes))).toEqual(expected)
  })

  test('option B numbers a projection after the two convolutions of its block', () => {
    const names = build('resnet20-cifar-b').representedLayers.map(({ name }) => name)
    expect(names.slice(7, 11)).toEqual([
      'layer2.0.conv1.weight',
      'layer2.0.conv2.weight',
      'layer2.0.shortcut.0.weight',
      'layer2.1.conv1.weight',
    ])
  })

  test('option A pads half of the new channels before and half after', () => {
    const pads = build('resnet20-cifar-a').nodes.flatMap((node) =>
      node.op === 'subsample-pad' ? [[node.id, node.channelsBefore, node.channelsAfter]] : [],
    )
    expect(pads).toEqual([
      ['layer2.0.shortcut', 8, 8],
      ['layer3.0.shortcut', 16, 16],
    ])
  })

  test('feature maps are 28 for ResNet-20 and 82 for ResNet-56, in either reading', () => {
    const mapsOf = (id: string) => {
      const { faithful, documented } = build(id).featureMaps
      return [faithful.length, documented.length]
    }
    expect([mapsOf('resnet20-cifar-a'), mapsOf('resnet56-cifar-b')]).toEqual([
      [28, 28],
      [82, 82],
    ])
  })

  test('the faithful reading stores the sum twice, the documented one bn2 and the sum', () => {
    const { faithful, documented } = build('resnet20-cifar-a').featureMaps
    expect(faithful.slice(0, 4)).toEqual(['bn1', 'layer1.0.bn1', 'layer1.0.add', 'layer1.0.add'])
    expect(documented.slice(0, 4)).toEqual(['bn1', 'layer1.0.bn1', 'layer1.0.bn2', 'layer1.0.add'])
  })

  test('what is not represented is batch-norm and classifier', () => {
    const { remainder } = networkShape(build('resnet20-cifar-b'))
    const elements = (group: string) =>
      remainder.filter((entry) => entry.group === group).reduce((sum, entry) => sum + sizeOf(entry.shape), 0)
    // Twice 1,568: gamma and beta are parameters, running mean and variance are stored with them.
    expect([elements('batch-norm'), elements('linear'), elements('other')]).toEqual([3136, 650, 0])
  })
})

describe('what the predictor represents', () => {
  // Method 1.3 and 11.
  test.each([
    ['resnet18-imagenet', { layers: 16, kernels: 1_220_608, weights: 10_985_472, parameters: 11_689_512 }],
    ['squeezenet1_1-imagenet', { layers: 25, kernels: 226_496, weights: 719_552, parameters: 1_235_496 }],
  ])('%s has the published sizes', (id, expected) => {
    expect(counts(build(id, 1000))).toEqual(expected)
  })

  test('ResNet-18 for CIFAR has its stem among what is represented, and the published parameters', () => {
    const expected = { layers: 17, kernels: 1_220_800, weights: 10_987_200, parameters: 11_173_962 }
    expect(counts(build('resnet18-cifar'))).toEqual(expected)
    expect(counts(build('resnet18-cifar-pooled'))).toEqual(expected)
  })

  test('ResNet-18 has 25 feature maps, the faithful ones all after a ReLU', () => {
    const { faithful, documented } = build('resnet18-imagenet').featureMaps
    expect([faithful.length, documented.length]).toEqual([25, 25])
    expect(faithful.slice(0, 4)).toEqual(['relu', 'layer1.0.relu1', 'layer1.0.relu', 'layer1.0.relu'])
    expect(documented.slice(0, 4)).toEqual(['bn1', 'layer1.0.bn1', 'layer1.0.bn2', 'layer1.0.add'])
  })

  test('depthwise convolutions are layers of one channel', () => {
    const layers = build('mobilenetv2-x1_0-cifar').representedLayers
    expect(layers.filter(({ shape }) => shape[1] === 1).length).toBe(17)
    expect(layers.find(({ name }) => name === 'features.2.conv.1.0.weight')?.shape).toEqual([96, 1, 3, 3])
  })

  test('SqueezeNet numbers squeeze, expand1x1 and expand3x3 after the stem', () => {
    const names = build('squeezenet1_1-imagenet').representedLayers.map(({ name }) => name)
    expect(names.slice(0, 4)).toEqual([
      'features.0.weight',
      'features.3.squeeze.weight',
      'features.3.expand1x1.weight',
      'features.3.expand3x3.weight',
    ])
  })
})

describe('every architecture', () => {
  test.each(architectures.map(({ id }) => id))(
    '%s computes each node from earlier ones, with known parameters',
    (id) => {
      const network = build(id, 7)
      const parameters = new Set(network.parameters.map(({ name }) => name))
      const computed = new Set<string>()
      const unknown: string[] = []
      for (const node of network.nodes) {
        const inputs: string[] = []
        if ('inputs' in node) inputs.push(...node.inputs)
        if ('input' in node) inputs.push(node.input)
        unknown.push(...inputs.filter((input) => !computed.has(input)))
        if ('weight' in node && !parameters.has(node.weight)) unknown.push(node.weight)
        computed.add(node.id)
      }
      const { faithful, documented } = network.featureMaps
      unknown.push(...[...faithful, ...documented, network.output].filter((node) => !computed.has(node)))
      expect({ unknown, id: network.architecture }).toEqual({ unknown: [], id })
    },
  )

  test('an unknown identifier is not found, and the known ones are named', () => {
    const result = buildNetwork('resnet21', 10)
    expect(result).toMatchObject({ ok: false, error: { code: 'not-found' } })
    expect(!result.ok && result.error.remedy).toContain('resnet20-cifar-a')
  })
})
