import { describe, expect, test } from 'vitest'
import { kernelTable, type LayerKernels } from '#engine/methods/nern/coordinates.ts'
import {
  permutedFilterChannels,
  permuteLayer,
  type LayerPermutation,
  type PermutationMode,
} from '#engine/methods/nern/permutation/layer-permutation.ts'
import {
  permutedCoordinates,
  permuteNetwork,
  weightsByCoordinate,
} from '#engine/methods/nern/permutation/network-permutation.ts'
import { float32Tensor } from '#shared/tensors/host-tensor.ts'
import { Random } from '#shared/basics/random.ts'

function layerOf(shape: readonly [number, number, number, number]): LayerKernels {
  const [layer] = kernelTable([{ name: 'layer', shape }]).layers
  if (layer === undefined) throw new Error('no layer')
  return layer
}

function permute(mode: PermutationMode, layer: LayerKernels, weight: ArrayLike<number>): LayerPermutation {
  const steps = permuteLayer(mode, layer, weight)
  for (let step = steps.next(); ; step = steps.next()) if (step.done === true) return step.value
}

function crossOrder(layer: LayerKernels, weight: ArrayLike<number>): readonly number[] {
  const permutation = permute('cross-filter', layer, weight)
  return permutation.mode === 'cross-filter' ? [...permutation.order] : []
}

/** The rule of method 5.2 over a whole similarity matrix, as it reads: NaN wins, then the highest, then the lowest index. */
function greedyByDefinition(similarity: readonly (readonly number[])[]): readonly number[] {
  const path = [0]
  while (path.length < similarity.length) {
    const row = similarity[path.at(-1) ?? 0] ?? []
    const remaining = similarity.map((_, item) => item).filter((item) => !path.includes(item))
    const undefinedItem = remaining.find((item) => Number.isNaN(row[item]))
    const best = Math.max(...remaining.map((item) => row[item] ?? NaN))
    path.push(undefinedItem ?? remaining.find((item) => row[item] === best) ?? -1)
  }
  return path
}

function cosines(kernels: readonly (readonly number[])[]): readonly (readonly number[])[] {
  const unit = kernels.map((kernel) => {
    const norm = Math.sqrt(kernel.reduce((sum, value) => sum + value * value, 0))
    return kernel.map((value) => value / norm)
  })
  return unit.map((left) => unit.map((right) => left.reduce((sum, value, at) => sum + value * (right[at] ?? NaN), 0)))
}

function kernelsOf(
  { kernels, height, width }: LayerKernels,
  weight: ArrayLike<number>,
): readonly (readonly number[])[] {
  const size = height * width
  return Array.from({ length: kernels }, (_, kernel) =>
    Array.from({ length: size }, (_unused, at) => weight[kernel * size + at] ?? NaN),
  )
}

describe('cross-filter', () => {
  test.each([
    [5, 4, 3, 3],
    [6, 3, 1, 1],
    [3, 4, 2, 2],
    [1, 7, 3, 1],
  ] as const)('is the greedy path by definition, for layers of %i x %i kernels of %i x %i', (...shape) => {
    const layer = layerOf(shape)
    const random = Random.fromSeed(shape[0])
    const weight = Float32Array.from({ length: layer.kernels * layer.height * layer.width }, () => random.normal())
    expect(crossOrder(layer, weight)).toEqual(greedyByDefinition(cosines(kernelsOf(layer, weight))))
  })

  test('gives ties to the lowest index, also after items moved', () => {
    const layer = layerOf([8, 1, 1, 1])
    expect(crossOrder(layer, [1, -1, 1, -1, 1, -1, 1, -1])).toEqual([0, 2, 4, 6, 1, 3, 5, 7])
  })

  test('takes kernels of norm zero at once, and goes on from them at the lowest index', () => {
    const layer = layerOf([6, 1, 1, 2])
    const weight = [1, 0, 0, 1, 0, 0, 1, 0.1, 0, 0, -1, 0]
    expect(crossOrder(layer, weight)).toEqual([0, 2, 1, 4, 3, 5])
    expect(crossOrder(layer, weight)).toEqual(greedyByDefinition(cosines(kernelsOf(layer, weight))))
  })

  test('gives the kernel at position r the coordinate of position r', () => {
    const layer = layerOf([2, 3, 1, 1])
    const order = Int32Array.of(0, 4, 2, 5, 1, 3)
    const coordinates = permutedFilterChannels({ mode: 'cross-filter', order }, layer)
    order.forEach((kernel, position) => {
      expect([...coordinates.slice(2 * kernel, 2 * kernel + 2)]).toEqual([Math.floor(position / 3), position % 3])
    })
  })
})

describe('in-filter', () => {
  test('orders the channels of each filter, then the filters', () => {
    const layer = layerOf([4, 3, 2, 2])
    const random = Random.fromSeed(9)
    const weight = Float32Array.from({ length: 48 }, () => random.normal())
    const kernels = kernelsOf(layer, weight)
    const channelOrders = [0, 1, 2, 3].map((filter) =>
      greedyByDefinition(cosines(kernels.slice(3 * filter, 3 * filter + 3))),
    )
    const cosine = cosines(kernels)
    const filterSimilarity = channelOrders.map((left, a) =>
      channelOrders.map((right, b) =>
        left.reduce((sum, channel, at) => sum + (cosine[3 * a + channel]?.[3 * b + (right[at] ?? 0)] ?? NaN), 0),
      ),
    )
    expect(permute('in-filter', layer, weight)).toEqual({
      mode: 'in-filter',
      filterOrder: Int32Array.from(greedyByDefinition(filterSimilarity)),
      channelOrders: Int32Array.from(channelOrders.flat()),
    })
  })

  test('walks 1 x 1 kernels by nearest value', () => {
    const layer = layerOf([1, 5, 1, 1])
    const permutation = permute('in-filter', layer, [0, 5, -1, 4, 1])
    expect(permutation).toMatchObject({ channelOrders: Int32Array.of(0, 2, 4, 3, 1), filterOrder: Int32Array.of(0) })
  })

  test('leaves a filter of zeros in its order and takes it as soon as it can', () => {
    const layer = layerOf([3, 2, 1, 1])
    expect(permute('in-filter', layer, [1, 2, 3, 4, 0, 0])).toEqual({
      mode: 'in-filter',
      channelOrders: Int32Array.of(0, 1, 0, 1, 0, 1),
      filterOrder: Int32Array.of(0, 2, 1),
    })
  })

  test('works where each filter has one channel', () => {
    expect(permute('in-filter', layerOf([3, 1, 3, 3]), new Float32Array(27).fill(1))).toMatchObject({
      channelOrders: Int32Array.of(0, 0, 0),
    })
  })

  test('gives kernels their ranks', () => {
    const layer = layerOf([2, 2, 1, 1])
    const permutation = {
      mode: 'in-filter',
      filterOrder: Int32Array.of(1, 0),
      channelOrders: Int32Array.of(1, 0, 0, 1),
    } as const
    // Kernels (0,0), (0,1), (1,0), (1,1): filter 0 has rank 1, and its channel 0 rank 1.
    expect([...permutedFilterChannels(permutation, layer)]).toEqual([1, 1, 1, 0, 0, 0, 0, 1])
  })
})

describe('a network', () => {
  const table = kernelTable([
    { name: 'a', shape: [8, 6, 3, 3] },
    { name: 'b', shape: [4, 8, 1, 1] },
  ])
  const random = Random.fromSeed(1)
  const weights = {
    a: float32Tensor(
      [8, 6, 3, 3],
      Float32Array.from({ length: 432 }, () => random.normal()),
    ),
    b: float32Tensor(
      [4, 8, 1, 1],
      Float32Array.from({ length: 32 }, () => random.normal()),
    ),
  }

  test.each(['cross-filter', 'in-filter'] as const)('keeps every coordinate exactly once (%s)', async (mode) => {
    const coordinates = permutedCoordinates(table, await permuteNetwork(mode, table, weights))
    const triples = Array.from({ length: table.kernels }, (_, at) => String(coordinates.slice(3 * at, 3 * at + 3)))
    expect(new Set(triples).size).toBe(table.kernels)
    table.layers.forEach(({ firstKernel, kernels, filters, channels }, layer) => {
      for (const triple of triples.slice(firstKernel, firstKernel + kernels)) {
        const [l = NaN, f = NaN, c = NaN] = triple.split(',').map(Number)
        expect([l, f < filters, c < channels]).toEqual([layer, true, true])
      }
    })
  })

  test.each(['cross-filter', 'in-filter'] as const)(
    'puts every kernel where its coordinate says (%s)',
    async (mode) => {
      const permutations = await permuteNetwork(mode, table, weights)
      const coordinates = permutedCoordinates(table, permutations)
      const moved = weightsByCoordinate(table, permutations, weights)
      table.layers.forEach(({ name, kernels, channels, firstKernel, height, width }) => {
        const size = height * width
        const source = weights[name as keyof typeof weights].data
        for (let kernel = 0; kernel < kernels; kernel++) {
          const [, filter = 0, channel = 0] = coordinates.slice(3 * (firstKernel + kernel))
          const at = (filter * channels + channel) * size
          expect(moved[name]?.data.slice(at, at + size)).toEqual(source.slice(kernel * size, (kernel + 1) * size))
        }
      })
    },
  )

  test.each(['cross-filter', 'in-filter'] as const)('reports progress up to all kernels (%s)', async (mode) => {
    const progress: number[] = []
    await permuteNetwork(mode, table, weights, { onProgress: (kernels) => progress.push(kernels) })
    expect(progress.toSorted((left, right) => left - right)).toEqual(progress)
    expect(progress.at(-1)).toBe(table.kernels)
  })

  test('stops where a pause throws', async () => {
    const stop = new Error('cancelled')
    await expect(permuteNetwork('cross-filter', table, weights, { pause: () => Promise.reject(stop) })).rejects.toBe(
      stop,
    )
  })

  test('pauses within a large layer', async () => {
    const large = kernelTable([{ name: 'large', shape: [64, 64, 3, 3] }])
    const weight = Float32Array.from({ length: 64 * 64 * 9 }, () => random.normal())
    let pauses = 0
    await permuteNetwork(
      'cross-filter',
      large,
      { large: float32Tensor([64, 64, 3, 3], weight) },
      { pause: () => Promise.resolve(void pauses++) },
    )
    expect(pauses).toBeGreaterThan(1)
  })

  test('needs as many permutations as layers', () => {
    expect(() => permutedCoordinates(table, [])).toThrow('2 layers need as many permutations, got 0')
  })
})
