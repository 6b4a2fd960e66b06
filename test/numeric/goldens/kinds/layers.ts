/** 02: represented layers, kernel order, coordinates, forward pass and centre crops. */
import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Executor } from '#engine/executors/executor.ts'
import { lossGradients } from '#engine/training/loss-gradients.ts'
import { kernelTable, naturalCoordinates, type KernelTable } from '#engine/methods/nern/coordinates.ts'
import { assembleWeights, kernelRows } from '#engine/methods/nern/kernels.ts'
import { named } from '#engine/program/named.ts'
import { embedCoordinates } from '#engine/methods/nern/positional-embedding.ts'
import { networkForward } from '#engine/network/forward.ts'
import { tf } from '#engine/program/tfjs.ts'
import { asMap } from '#engine/network/tensor-rank.ts'
import { sizeOf } from '#shared/tensors/host-tensor.ts'
import { norm, type Checks } from '../checks.ts'
import { numberTable, type GoldenCase } from '../golden-case.ts'
import { availableNetworks, type GoldenNetwork } from '../golden-network.ts'
import { dataOf, evaluate } from '#test/support/run-program.ts'

const layerSchema = z.array(
  z.object({
    l: z.int(),
    name: z.string(),
    shape: z.array(z.int()),
    kernels: z.int(),
    first_kernel: z.int(),
    sum: z.number(),
    l2: z.number(),
  }),
)
const logitTolerance = 2e-4
const mapTolerance = 1e-4

export async function checkLayers(golden: GoldenCase, checks: Checks, executor: Executor): Promise<void> {
  const found = networkOf(golden)
  const { network, parameters } = found
  const table = kernelTable(network.representedLayers)
  checkLayerList(golden, checks, found, table)
  checkCounts(golden, checks, found, table)
  checkSamples(golden, checks, found, table)
  if (golden.has('logits')) await checkForward(golden, checks, executor, found)
  for (const name of golden.file().keys()) {
    const layer = /^crop(\d+)\.predicted$/.exec(name)?.[1]
    if (layer !== undefined) await checkCrop(golden, checks, executor, table, Number(layer))
  }
  checks.fact('the network has parameters', Object.keys(parameters).length > 0)
}

/** The case names no weight file: it is the one whose represented weights have the stored hash. */
function networkOf(golden: GoldenCase): GoldenNetwork {
  const expected = golden.scalars['represented_weights_sha256_f32le_concat']
  for (const { load } of availableNetworks(golden)) {
    const found = load()
    const hash = createHash('sha256')
    for (const { name } of found.network.representedLayers) hash.update(bytesOf(dataOf(found.parameters, name)))
    if (hash.digest('hex') === expected) return found
  }
  throw new Error('no weights beside the case have the represented weights it describes')
}

function checkLayerList(golden: GoldenCase, checks: Checks, { parameters }: GoldenNetwork, table: KernelTable): void {
  const layers = layerSchema.parse(golden.scalars['layers'])
  const ours = table.layers.map(({ name, filters, channels, height, width, kernels, firstKernel }, l) => ({
    l,
    name,
    shape: [filters, channels, height, width],
    kernels,
    first_kernel: firstKernel,
  }))
  checks.equal(
    'layers',
    ours,
    layers.map(({ l, name, shape, kernels, first_kernel }) => ({ l, name, shape, kernels, first_kernel })),
  )
  for (const { name, sum, l2 } of layers) {
    const values = dataOf(parameters, name)
    checks.near(
      `sum of ${name}`,
      Array.from(values).reduce((total, value) => total + value, 0),
      sum,
      1e-9 * l2,
    )
    checks.near(`norm of ${name}`, norm(values), l2, 1e-9 * l2)
  }
}

function checkCounts(golden: GoldenCase, checks: Checks, { network }: GoldenNetwork, table: KernelTable): void {
  const trained = network.parameters.filter(({ role }) => role !== 'bn-mean' && role !== 'bn-variance')
  const count = (parameters: typeof trained): number => parameters.reduce((sum, { shape }) => sum + sizeOf(shape), 0)
  checks.equal(
    'counts',
    [
      table.layers.length,
      table.kernels,
      table.weights,
      count(trained),
      count(trained.filter(({ role }) => role.startsWith('linear'))),
    ],
    ['num_layers', 'num_kernels', 'num_represented_weights', 'total_params', 'fc_params'].map(
      (key) => golden.scalars[key],
    ),
  )
  const coordinates = BigInt64Array.from(naturalCoordinates(table), BigInt)
  checks.equal(
    'coordinates',
    createHash('sha256').update(bytesOf(coordinates)).digest('hex'),
    golden.scalars['coords_sha256_int64le_rowmajor'],
  )
}

function checkSamples(golden: GoldenCase, checks: Checks, { parameters }: GoldenNetwork, table: KernelTable): void {
  const kernels = golden.indices('sample_kernel_index')
  const all = naturalCoordinates(table)
  const coordinates = Int32Array.from([...kernels].flatMap((kernel) => [...all.subarray(3 * kernel, 3 * kernel + 3)]))
  checks.equal('sample coordinates', [...coordinates], [...golden.indices('sample_coords')])
  const embedding = {
    type: 'positional',
    base: golden.number('config', 'base'),
    levels: golden.number('config', 'N'),
    fusion: 'concat',
  } as const
  const embedded = embedCoordinates(coordinates, embedding)
  checks.equal('embedding size', embedded.length / kernels.length, golden.scalars['embedding_size'])
  checks.allNear(
    'sample embeddings',
    embedded,
    golden.values('sample_embeddings'),
    golden.number('tolerance', 'embeddings'),
  )
  const columns = golden.shape('sample_kernels')[1] ?? 0
  const sizes = golden.indices('sample_kernel_numel')
  const expected = golden.values('sample_kernels')
  kernels.forEach((kernel, at) => {
    const layer = table.layers.findLast(({ firstKernel }) => firstKernel <= kernel)
    if (layer === undefined) return
    const size = layer.height * layer.width
    const start = (kernel - layer.firstKernel) * size
    const values = dataOf(parameters, layer.name).slice(start, start + size)
    checks.equal(`size of kernel ${kernel}`, size, sizes[at])
    const stored = expected.subarray(at * columns, at * columns + size)
    checks.allNear(`kernel ${kernel}`, values, stored, golden.number('tolerance', 'kernels'))
  })
}

async function checkForward(
  golden: GoldenCase,
  checks: Checks,
  executor: Executor,
  { network, parameters }: GoldenNetwork,
): Promise<void> {
  const tensors = { ...parameters, images: golden.tensor('input') }
  const results = await evaluate(executor, 'golden forward', tensors, (given) => {
    const images = asMap(named(given, 'images'))
    const { logits, featureMaps } = networkForward(network, given, images, {
      mode: 'inference',
      featureMaps: 'faithful',
    })
    return { logits, ...Object.fromEntries(featureMaps.map((map, at) => [`map${at}`, tf.clone(map)])) }
  })
  checks.allNear('logits', dataOf(results, 'logits'), golden.values('logits'), logitTolerance)
  const shapes = numberTable(golden.scalars['feature_map_shapes'])
  checks.equal(
    'feature map shapes',
    shapes.map((_, at) => results[`map${at}`]?.shape),
    shapes,
  )
  const norms = golden.values('feature_map_l2')
  const sums = golden.values('feature_map_sum')
  shapes.forEach((_, at) => {
    const map = dataOf(results, `map${at}`)
    const expected = norms[at] ?? NaN
    const sum = Array.from(map).reduce((total, value) => total + value, 0)
    checks.near(`norm of map ${at}`, norm(map), expected, mapTolerance * expected)
    checks.near(`sum of map ${at}`, sum, sums[at] ?? NaN, mapTolerance * expected * Math.sqrt(map.length))
  })
}

async function checkCrop(
  golden: GoldenCase,
  checks: Checks,
  executor: Executor,
  { layers, kernelSize }: KernelTable,
  index: number,
): Promise<void> {
  const layer = layers[index]
  if (layer === undefined) throw new Error(`there is no layer ${index}`)
  const single: KernelTable = {
    layers: [{ ...layer, firstKernel: 0 }],
    kernels: layer.kernels,
    kernelSize,
    weights: layer.kernels * layer.height * layer.width,
  }
  const predicted = golden.tensor(`crop${index}.predicted`)
  const tensors = { predicted, upstream: golden.tensor(`crop${index}.upstream_grad`) }
  const results = await evaluate(executor, 'golden crop', tensors, (given) => {
    const { gradients, outputs } = lossGradients(given, ['predicted'], (leaves) => {
      const rows = tf.reshape<tf.Rank.R2>(named(leaves, 'predicted'), [layer.kernels, kernelSize * kernelSize])
      const cropped = named(assembleWeights(rows, single), layer.name)
      return { loss: tf.sum(tf.mul(cropped, named(given, 'upstream'))), outputs: { cropped } }
    })
    return { ...outputs, gradient: named(gradients, 'predicted') }
  })
  checks.allNear(`crop ${index}`, dataOf(results, 'cropped'), golden.values(`crop${index}.cropped`), 0)
  const gradient = golden.values(`crop${index}.grad_predicted`)
  checks.allNear(`gradient of crop ${index}`, dataOf(results, 'gradient'), gradient, 0)
  const rows = kernelRows({ [layer.name]: golden.tensor(`crop${index}.upstream_grad`) }, single)
  checks.allNear(`rows of crop ${index}`, rows.data, gradient, 0)
}

function bytesOf(values: Float32Array | Int32Array | BigInt64Array): Uint8Array {
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
}
