/** 06: greedy orders of layers and the coordinates they give. */
import { z } from 'zod'
import type { Executor } from '#engine/executors/executor.ts'
import { kernelTable, type LayerKernels } from '#engine/methods/nern/coordinates.ts'
import { named } from '#engine/program/named.ts'
import {
  permutedFilterChannels,
  permuteLayer,
  type LayerPermutation,
  type PermutationMode,
} from '#engine/methods/nern/permutation/layer-permutation.ts'
import { smoothness } from '#engine/training/smoothness.ts'
import { asMap } from '#engine/network/tensor-rank.ts'
import { float32Tensor, type HostTensor } from '#shared/tensors/host-tensor.ts'
import type { Checks } from '../checks.ts'
import { toHost, type GoldenCase } from '../golden-case.ts'
import { evaluate, scalarOf } from '#test/support/run-program.ts'
import { slackOfPath, type Similarity } from '../greedy-slack.ts'

const layerSchema = z.object({
  name: z.string(),
  source: z.string(),
  shape: z.tuple([z.int(), z.int(), z.int(), z.int()]),
  path_cos_sum: z.object({ cross: z.number() }),
  grid_smoothness: z.object({
    before: z.array(z.number()),
    cross: z.array(z.number()),
    infilter: z.array(z.number()),
  }),
})
type GoldenLayer = z.infer<typeof layerSchema>

/** Where float32 rounding may decide, a path is right when no step misses the best similarity by more than this. */
const allowedSlack = 5e-7
const allowedPathSum = 1e-3

export async function checkPermutations(golden: GoldenCase, checks: Checks, executor: Executor): Promise<void> {
  for (const [key, value] of Object.entries(golden.scalars)) {
    const index = /^layer(\d+)$/.exec(key)?.[1]
    if (index === undefined) continue
    await checkLayer(golden, checks, executor, index, layerSchema.parse(value))
  }
}

async function checkLayer(
  golden: GoldenCase,
  checks: Checks,
  executor: Executor,
  index: string,
  stored: GoldenLayer,
): Promise<void> {
  const weight = weightOf(golden, index, stored)
  const [layer] = kernelTable([{ name: stored.name, shape: stored.shape }]).layers
  if (layer === undefined) throw new Error(`${stored.name} has no kernels`)
  const cross = finished('cross-filter', layer, weight)
  const inFilter = finished('in-filter', layer, weight)
  if (cross.mode !== 'cross-filter' || inFilter.mode !== 'in-filter') throw new Error('a permutation of another mode')
  const label = `layer ${index} ${stored.name}`

  const kernel = kernelCosine(layer, weight)
  checkOrder(checks, `${label}: cross-filter order`, cross.order, golden.indices(`${index}.cross_order`), kernel)
  const pathSum = sumAlong(cross.order, kernel)
  const expectedSum = stored.path_cos_sum.cross
  checks.near(`${label}: sum of cosines along the path`, pathSum, expectedSum, allowedPathSum * Math.abs(expectedSum))

  const channelOrders = golden.indices(`${index}.infilter_channel_order`)
  const { channels, filters } = layer
  for (let filter = 0; filter < filters; filter++) {
    const part = (orders: Int32Array): Int32Array => orders.subarray(filter * channels, (filter + 1) * channels)
    const similarity = channelSimilarity(layer, weight, filter)
    checkOrder(
      checks,
      `${label}: channels of filter ${filter}`,
      part(inFilter.channelOrders),
      part(channelOrders),
      similarity,
    )
  }
  const filterOrder = golden.indices(`${index}.infilter_filter_order`)
  const filter = filterSimilarity(layer, weight, inFilter.channelOrders)
  checkOrder(checks, `${label}: filter order`, inFilter.filterOrder, filterOrder, filter, channels)

  if (String(cross.order) === String(golden.indices(`${index}.cross_order`))) {
    const expected = [...golden.indices(`${index}.cross_coords`)]
    checks.equal(`${label}: cross-filter coordinates`, [...permutedFilterChannels(cross, layer)], expected)
  }
  if (String([inFilter.filterOrder, inFilter.channelOrders]) === String([filterOrder, channelOrders])) {
    const expected = [...golden.indices(`${index}.infilter_coords`)]
    checks.equal(`${label}: in-filter coordinates`, [...permutedFilterChannels(inFilter, layer)], expected)
  }
  const { before, cross: crossGrid, infilter } = stored.grid_smoothness
  await checkGrid(checks, executor, `${label}: smoothness`, weight, before)
  await checkGrid(checks, executor, `${label}: smoothness cross-filter`, arranged(layer, weight, cross), crossGrid)
  await checkGrid(checks, executor, `${label}: smoothness in-filter`, arranged(layer, weight, inFilter), infilter)
}

/** The same order, or one that is greedy up to rounding. */
function checkOrder(
  checks: Checks,
  what: string,
  actual: Int32Array,
  expected: Int32Array,
  similarity: Similarity,
  scale = 1,
): void {
  const isSame = actual.length === expected.length && actual.every((value, at) => value === expected[at])
  if (isSame) return checks.fact(what, true)
  const slack = slackOfPath(actual, similarity)
  checks.fact(`${what}: not the stored order, and one step misses the best by ${slack}`, slack <= allowedSlack * scale)
}

async function checkGrid(
  checks: Checks,
  executor: Executor,
  what: string,
  weight: HostTensor,
  [cosine = NaN, distance = NaN]: readonly number[],
): Promise<void> {
  const results = await evaluate(executor, 'golden grid', { weight }, (given) => {
    const values = smoothness([asMap(named(given, 'weight'))])
    return { cosine: values.cosine, distance: values.distance }
  })
  checks.near(`${what}, cosine`, scalarOf(results, 'cosine'), cosine, 1e-4 * Math.max(1, Math.abs(cosine)))
  checks.near(`${what}, distance`, scalarOf(results, 'distance'), -distance, 1e-4 * Math.max(1, Math.abs(distance)))
}

function weightOf(golden: GoldenCase, index: string, { name, source, shape }: GoldenLayer): HostTensor {
  if (golden.has(`${index}.weight`)) return golden.tensor(`${index}.weight`)
  const configured = golden.config['weights']
  const files = typeof configured === 'string' ? [configured] : golden.dataFiles('00_weights')
  const holding = files.filter((path) => String(golden.file(path).get(name)?.shape) === String(shape))
  const tensor = golden.file(holding.find((path) => path.includes(source)) ?? holding[0] ?? '').get(name)
  if (tensor === undefined) throw new Error(`no weights beside the case hold ${name}`)
  return toHost(tensor)
}

function finished(mode: PermutationMode, layer: LayerKernels, weight: HostTensor): LayerPermutation {
  const steps = permuteLayer(mode, layer, weight.data)
  for (let step = steps.next(); ; step = steps.next()) if (step.done === true) return step.value
}

/** The layer with each kernel moved to the coordinate it is given. */
function arranged(layer: LayerKernels, weight: HostTensor, permutation: LayerPermutation): HostTensor {
  const size = layer.height * layer.width
  const moved = new Float32Array(weight.data.length)
  const coordinates = permutedFilterChannels(permutation, layer)
  for (let kernel = 0; kernel < layer.kernels; kernel++) {
    const target = (coordinates[2 * kernel] ?? 0) * layer.channels + (coordinates[2 * kernel + 1] ?? 0)
    moved.set(weight.data.subarray(kernel * size, (kernel + 1) * size), target * size)
  }
  return float32Tensor(weight.shape, moved)
}

function kernelCosine({ height, width }: LayerKernels, { data }: HostTensor): Similarity {
  const size = height * width
  const dot = (a: number, b: number): number => {
    let sum = 0
    for (let at = 0; at < size; at++) sum += (data[a * size + at] ?? NaN) * (data[b * size + at] ?? NaN)
    return sum
  }
  return (a, b) => dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b))
}

function channelSimilarity(layer: LayerKernels, weight: HostTensor, filter: number): Similarity {
  const first = filter * layer.channels
  const cosine = kernelCosine(layer, weight)
  if (layer.height * layer.width > 1) return (a, b) => cosine(first + a, first + b)
  const row = Array.from(weight.data.subarray(first, first + layer.channels))
  const squaredNorm = row.reduce((sum, value) => sum + value * value, 0)
  return (a, b) => -(((row[a] ?? NaN) - (row[b] ?? NaN)) ** 2) / squaredNorm
}

function filterSimilarity(layer: LayerKernels, weight: HostTensor, channelOrders: Int32Array): Similarity {
  const cosine = kernelCosine(layer, weight)
  const kernelAt = (filter: number, position: number): number =>
    filter * layer.channels + (channelOrders[filter * layer.channels + position] ?? NaN)
  return (a, b) => {
    let sum = 0
    for (let position = 0; position < layer.channels; position++)
      sum += cosine(kernelAt(a, position), kernelAt(b, position))
    return sum
  }
}

function sumAlong(path: Int32Array, similarity: Similarity): number {
  let sum = 0
  for (let at = 1; at < path.length; at++) sum += similarity(path[at - 1] ?? 0, path[at] ?? 0)
  return sum
}
