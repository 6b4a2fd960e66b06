/**
 * npm run bench -- permutation [--sizes 4096,16384,...] [--scan-limit 65536] [--shared ../shared]
 *
 * Processor seconds of one thread to find permutations, as the tables of docs/performance.md: single paths beside the scan of all remaining kernels
 * that a search replaces (up to `scan-limit` kernels; the lists must be equal), then whole networks, and what 2-opt brings.
 * Exits 1 when a list differs.
 */
import { existsSync } from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { kernelTable, type LayerKernels } from '#engine/methods/nern/coordinates.ts'
import { permuteLayer, type PermutationMode } from '#engine/methods/nern/permutation/layer-permutation.ts'
import { permuteNetwork } from '#engine/methods/nern/permutation/network-permutation.ts'
import { fastestSearch } from '#engine/methods/nern/permutation/fastest-search.ts'
import type { NearestSearch, SearchAmong } from '#engine/methods/nern/permutation/nearest-search.ts'
import { readWeightsFile } from '#formats/weights-file/reader.ts'
import type { RepresentedLayer } from '#networks/network.ts'
import { float32Tensor, type HostTensor, type HostTensors } from '#shared/tensors/host-tensor.ts'
import { Random } from '#shared/basics/random.ts'
import { scanSearch } from '#test/support/scan-search.ts'
import { processor } from './steps/machine.ts'
import { digits, markdownTable } from './steps/report.ts'

interface Weights {
  readonly title: string
  readonly layers: readonly RepresentedLayer[]
  readonly tensors: HostTensors
}

const { values: options } = parseArgs({
  options: {
    sizes: { type: 'string', default: '4096,16384,65536,262144' },
    'scan-limit': { type: 'string', default: '65536' },
    shared: { type: 'string', default: process.env['NERN_SHARED'] ?? '../shared' },
  },
})
const scanLimit = Number(options['scan-limit'])
const modes: readonly PermutationMode[] = ['cross-filter', 'in-filter']
let hasDifference = false

console.log(`${processor()}, Node.js ${process.versions.node}; load ${os.loadavg()[0]?.toFixed(2)}.\n`)
const trained = await sharedNetworks()
const large = randomWeights('ResNet-18, random weights', resnet18Layers())
// Compiled code is what a long path runs on.
timedPath(randomWeights('warm-up', [layer('warm-up', 128, 64)]))
console.log(
  markdownTable(['one path over', 'kernels', 's', 's, scan', 'scan / search', 'looked at a step'], pathRows()),
)
const networkRows: (readonly string[])[] = []
for (const weights of [...trained, large]) networkRows.push(await timedNetwork(weights))
console.log(
  `\n${markdownTable(['network', 'kernels', ...modes.map((mode) => `s, ${mode}`), 'more memory'], networkRows)}`,
)
console.log('\nMean cosine of neighbours on the cross-filter paths:\n')
const passCounts = [0, 1, 5] as const
const cosineHead = [
  'network',
  'as stored',
  ...passCounts.map((passes) => (passes === 0 ? 'greedy' : `2-opt, ${passes}`)),
]
console.log(markdownTable([...cosineHead, 's, 2-opt 5'], trained.slice(0, 2).map(refinementRow)))
if (hasDifference) process.exitCode = 1

function pathRows(): readonly (readonly string[])[] {
  const squares = options.sizes.split(',').map(Number)
  const random = squares.map((size) => {
    const filters = 2 ** Math.floor(Math.log2(size) / 2)
    return randomWeights('random kernels', [layer('random', filters, Math.ceil(size / filters))])
  })
  const largestTrained = trained.map(({ title, layers, tensors }) => {
    const sorted = layers.toSorted((left, right) => elements(right) - elements(left))
    return { title: `${title}, largest 3 x 3`, layers: sorted.filter(({ shape }) => shape[2] === 3), tensors }
  })
  return [...random, ...largestTrained].map(timedPath)
}

/** The first layer's path, by the search and, where that is feasible, by the scan. */
function timedPath({ title, layers, tensors }: Weights): readonly string[] {
  const [only] = kernelTable(layers).layers
  if (only === undefined) throw new Error(`${title} has no layer`)
  const searches: NearestSearch[] = []
  const run = (searchAmong: SearchAmong) => {
    const startedAt = processorSeconds()
    const steps = permuteLayer('cross-filter', only, tensors[only.name]?.data ?? [], { searchAmong })
    let step = steps.next()
    while (step.done !== true) step = steps.next()
    return { order: String(orderOf(step.value)), seconds: processorSeconds() - startedAt }
  }
  const fast = run(function* (...given) {
    const search = yield* fastestSearch(...given)
    searches.push(search)
    return search
  })
  const lookedAt = searches.reduce((sum, { work }) => sum + work, 0) / (only.height * only.width) / only.kernels
  const row = [title, only.kernels.toLocaleString('en-GB'), digits(fast.seconds)]
  if (only.kernels > scanLimit) return [...row, 'not measured', '', digits(lookedAt)]
  const scan = run(scanSearch)
  if (scan.order !== fast.order) {
    hasDifference = true
    console.error(`${title}: the search found another path than the scan`)
  }
  return [...row, digits(scan.seconds), digits(scan.seconds / fast.seconds), digits(lookedAt)]
}

function orderOf(permutation: ReturnType<ReturnType<typeof permuteLayer>['next']>['value']): Int32Array {
  if (typeof permutation === 'number' || permutation.mode !== 'cross-filter') throw new Error('no cross-filter order')
  return permutation.order
}

async function timedNetwork({ title, layers, tensors }: Weights): Promise<readonly string[]> {
  const table = kernelTable(layers)
  const before = process.memoryUsage.rss()
  let most = before
  const seconds: string[] = []
  for (const mode of modes) {
    const startedAt = processorSeconds()
    await permuteNetwork(mode, table, tensors, {
      pause: () => Promise.resolve(void (most = Math.max(most, process.memoryUsage.rss()))),
    })
    seconds.push(digits(processorSeconds() - startedAt))
  }
  return [title, table.kernels.toLocaleString('en-GB'), ...seconds, `${Math.round((most - before) / 2 ** 20)} MiB`]
}

function refinementRow({ title, layers, tensors }: Weights): readonly string[] {
  const meanCosine = (orderIn: (layer: LayerKernels, weight: HostTensor) => Int32Array): string => {
    let sum = 0
    let pairs = 0
    for (const layer of kernelTable(layers).layers) {
      const weight = tensors[layer.name]
      if (weight === undefined) continue
      const order = orderIn(layer, weight)
      for (let at = 1; at < order.length; at++) {
        sum += cosine(weight.data, order[at - 1] ?? 0, order[at] ?? 0, layer.height * layer.width)
        pairs += 1
      }
    }
    return (sum / pairs).toFixed(4)
  }
  const refined = (twoOptPasses: number) =>
    meanCosine((layer, weight) => {
      const steps = permuteLayer('cross-filter', layer, weight.data, { twoOptPasses })
      let step = steps.next()
      while (step.done !== true) step = steps.next()
      return orderOf(step.value)
    })
  const stored = meanCosine(({ kernels }) => Int32Array.from({ length: kernels }, (_, kernel) => kernel))
  const cosines = passCounts.slice(0, -1).map(refined)
  const startedAt = processorSeconds()
  const most = refined(passCounts.at(-1) ?? 0)
  return [title, stored, ...cosines, most, digits(processorSeconds() - startedAt)]
}

function cosine(data: ArrayLike<number>, left: number, right: number, size: number): number {
  const dot = (a: number, b: number): number => {
    let sum = 0
    for (let at = 0; at < size; at++) sum += (data[a * size + at] ?? 0) * (data[b * size + at] ?? 0)
    return sum
  }
  const norms = Math.sqrt(dot(left, left) * dot(right, right))
  return norms === 0 ? 0 : dot(left, right) / norms
}

/** Trained 3 x 3 and 1 x 1 convolutions of the shared files that are there. */
async function sharedNetworks(): Promise<readonly Weights[]> {
  const files = [
    ['ResNet-20', 'cifar10-resnets/resnet20-12fca82f.th'],
    ['ResNet-56', 'cifar10-resnets/resnet56-4bfd9763.th'],
    ['SqueezeNet 1.1', 'imagenet-sample/squeezenet1_1_imagenet_caffe_rgb.safetensors'],
  ] as const
  const found: Weights[] = []
  for (const [title, name] of files) {
    const file = path.join(options.shared, 'data', name)
    if (!existsSync(file)) {
      console.error(`${title} is left out: there is no ${file}; --shared names another folder`)
      continue
    }
    const checkpoint = await readWeightsFile(file)
    if (!checkpoint.ok) throw new Error(checkpoint.error.message)
    const layers: RepresentedLayer[] = []
    const tensors: Record<string, HostTensors[string]> = {}
    for (const [tensor, { shape, toFloat32 }] of checkpoint.value.tensors) {
      const [filters, channels, height = 0, width = 0] = shape
      if (filters === undefined || channels === undefined || height !== width || height === 0) continue
      layers.push({ name: tensor, shape: [filters, channels, height, width] })
      tensors[tensor] = float32Tensor(shape, toFloat32())
    }
    found.push({ title, layers, tensors })
  }
  return found
}

/** The sixteen convolutions of the blocks: 10,985,472 weights. */
function resnet18Layers(): readonly RepresentedLayer[] {
  return [64, 128, 256, 512].flatMap((width, stage) =>
    [stage === 0 ? width : width / 2, width, width, width].map((channels, at) =>
      layer(`layer${stage + 1}.${at}`, width, channels),
    ),
  )
}

/** Independent normal weights: kernels have no clusters, the worst case of a search. */
function randomWeights(title: string, layers: readonly RepresentedLayer[]): Weights {
  const random = Random.fromSeed(1)
  const tensors = layers.map(
    (each) =>
      [
        each.name,
        float32Tensor(
          each.shape,
          Float32Array.from({ length: elements(each) }, () => random.normal()),
        ),
      ] as const,
  )
  return { title, layers, tensors: Object.fromEntries(tensors) }
}

function layer(name: string, filters: number, channels: number): RepresentedLayer {
  return { name, shape: [filters, channels, 3, 3] }
}

/** Steadier than wall time, which on a busy machine measures waiting. */
function processorSeconds(): number {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1e6
}

function elements({ shape }: RepresentedLayer): number {
  return shape.reduce((product, extent) => product * extent, 1)
}
