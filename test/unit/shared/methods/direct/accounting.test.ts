import { expect, test } from 'vitest'
import type { NetworkShape } from '#shared/package/accounting.ts'
import { baselineSizes } from '#shared/methods/direct/accounting.ts'
import type { BaselineConfig } from '#shared/methods/direct/config.ts'
import { baselinePresetConfig } from '#test/support/preset-config.ts'

const network: NetworkShape = {
  representedLayers: [{ name: 'conv', shape: [64, 32, 3, 3] }],
  remainder: [{ name: 'fc.weight', shape: [10, 64], group: 'linear', isVariance: false }],
}
const weights = 64 * 32 * 9

function kernelBytes(id: string, changes: Partial<BaselineConfig> = {}): number | undefined {
  const sizes = baselineSizes(network, { ...baselinePresetConfig(`baseline-${id}`), ...changes })
  return sizes?.parts.find(({ part }) => part === 'kernels')?.bytes
}

test('expected bytes of each method, from shapes alone', () => {
  const plain = { remainder: 'float16', entropyCoding: false } as const
  const halfRank = { unfolding: 'separable', rule: 'rank', share: 0.5 } as const
  // 13.7 bits a half and a histogram of 64 numbers as long as the tensor has values.
  const coded = (count: number) => Math.ceil((13.7 * count + 64 * (Math.floor(Math.log2(count)) + 1)) / 8)
  expect({
    float16: kernelBytes('float16', { storage: plain }),
    codedFloat16: kernelBytes('float16'),
    int3: kernelBytes('int3'),
    kmeans4: kernelBytes('kmeans4'),
    pruned: kernelBytes('pruned50', { storage: plain }),
    // Half of rank 96: factors [32 x 3, 48] and [48, 64 x 3].
    lowRank: kernelBytes('lowrank98', { lowRank: halfRank, storage: plain }),
    codedFactors: kernelBytes('lowrank98', { lowRank: halfRank }),
    ofEnergy: kernelBytes('lowrank98'),
  }).toEqual({
    float16: 2 * weights,
    codedFloat16: coded(weights),
    int3: (3 * weights) / 8 + 2 * 64,
    kmeans4: weights / 2 + 2 * 16,
    pruned: weights / 2 + 2 * 64 + weights / 8,
    lowRank: 2 * 48 * (96 + 192),
    codedFactors: coded(48 * (96 + 192)),
    ofEnergy: undefined,
  })
})
