import { describe, expect, test } from 'vitest'
import { buildNetwork } from '#networks/architectures.ts'
import { partsOf, wholeNetwork, type PartitionConfig } from '#shared/methods/nern/partition.ts'
import { unwrap } from '#shared/basics/result.ts'
import type { ShapedLayer } from '#shared/tensors/represented-shape.ts'

const resnet20 = unwrap(buildNetwork('resnet20-cifar-b', 10)).representedLayers
const alike: PartitionConfig = { ...wholeNetwork, by: 'kernels', earlyEmphasis: 0 }
const kernels = (layers: readonly ShapedLayer[]): number =>
  layers.reduce((sum, { shape: [filters, channels] }) => sum + filters * channels, 0)
const sum = (parts: readonly number[] | undefined): number => (parts ?? []).reduce((total, part) => total + part, 0)

test('one predictor has no parts', () => {
  expect(partsOf(wholeNetwork, resnet20)).toBeUndefined()
})

describe.each(['kernels', 'layers'] as const)('parts by %s', (by) => {
  test.each([
    ['a ResNet-20', resnet20],
    ['one layer', [{ shape: [64, 64, 3, 3] }]],
    ['a single kernel', [{ shape: [1, 1, 3, 3] }]],
    ['many tiny layers', Array.from({ length: 50 }, () => ({ shape: [3, 5, 1, 1] as const }))],
  ] as const)('have every kernel of %s once, whatever the emphasis and size', (_what, layers) => {
    for (const earlyEmphasis of [0, 0.3, 1]) {
      for (const size of [1, 7, 500, 4096, 100_000]) {
        const parts = partsOf({ ...wholeNetwork, by, earlyEmphasis, kernels: size }, layers)
        expect(sum(parts), `${size}, ${earlyEmphasis}`).toBe(kernels(layers))
        expect(Math.min(...(parts ?? []))).toBeGreaterThan(0)
      }
    }
  })
})

test('parts of equal size are as many as there are kernels for, and only the last one differs', () => {
  expect(partsOf({ ...alike, kernels: 16_384 }, [{ shape: [512, 512, 3, 3] }])).toEqual(Array(16).fill(16_384))
  const parts = partsOf({ ...alike, kernels: 4096 }, resnet20) ?? []
  expect(parts).toHaveLength(Math.ceil(kernels(resnet20) / 4096))
  expect(new Set(parts.slice(0, -1)).size).toBe(1)
})

test('parts of layers split large layers evenly and merge small ones', () => {
  const layers: readonly ShapedLayer[] = [
    { shape: [16, 3, 3, 3] },
    { shape: [16, 16, 3, 3] },
    { shape: [64, 64, 3, 3] },
    { shape: [10, 10, 1, 1] },
  ]
  expect(partsOf({ ...alike, by: 'layers', kernels: 1500 }, layers)).toEqual([304, 1366, 1365, 1365, 100])
})

test('emphasis makes parts of small layers smaller, and those of large ones larger', () => {
  const parts = partsOf({ ...alike, earlyEmphasis: 0.5 }, resnet20) ?? []
  expect(parts[0]).toBeLessThan(1500)
  expect(parts[parts.length - 2]).toBeGreaterThan(4096)
})
