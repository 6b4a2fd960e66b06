/**
 * Networks of JAX and Flax, and others whose kernels are [height, width, channels, filters] and whose linear weights are
 * [inputs, outputs]: which tensor is which parameter. Flax names as PyTorch does where its author did
 * (`layer1_0/conv1/kernel`); where it numbered by itself (`ResNetBlock_3/Conv_1`), order and every shape decide.
 */
import { sizeOf } from '#shared/tensors/host-tensor.ts'
import { matchArchitecture } from './matching.ts'
import { architecturesOfSize, isKnownNetwork, type ComparisonBudget } from './network-subtrees.ts'
import type { Network, ParameterSpec } from './network.ts'
import { isBookkeeping, type NamedShape } from './plain-names.ts'

/** A tensor of the file that is a parameter once its axes are put in order. */
export interface TransposedTensor {
  /** The parameter, under a name that `matchArchitecture` knows. */
  readonly name: string
  /** For each axis of the parameter, the axis of the file's tensor. */
  readonly axes: readonly number[]
}

export interface ChannelsLastNetwork {
  /** By the name in the file. */
  readonly tensors: ReadonlyMap<string, TransposedTensor>
  /** How it was recognised and what to make of it, a sentence each. */
  readonly notes: readonly string[]
}

/** Collections of Flax, and what holds them. */
const collections: ReadonlySet<string> = new Set(['params', 'batch_stats', 'variables', 'model_state'])
/** Collections of a training state that hold no network. */
const otherCollections: ReadonlySet<string> = new Set(['opt_state', 'step', 'rng', 'rngs'])

/** How Flax calls what PyTorch calls weight, running_mean and running_var. */
const leaves: Readonly<Record<string, string>> = {
  kernel: 'weight',
  scale: 'weight',
  weight: 'weight',
  bias: 'bias',
  mean: 'running_mean',
  var: 'running_var',
  running_mean: 'running_mean',
  running_var: 'running_var',
}

/** The network of these tensors in channels-last order; undefined when they are not exactly one of the zoo's. */
export function channelsLastNetwork(
  tensors: readonly NamedShape[],
  budget: ComparisonBudget,
): ChannelsLastNetwork | undefined {
  const parts = tensors.flatMap((tensor) => partOf(tensor) ?? [])
  const isComplete = parts.length === tensors.filter((tensor) => !isBookkeeping(tensor) && !isOther(tensor)).length
  if (!isComplete || !parts.some(({ shape }) => shape.length === 4)) return undefined
  return byName(parts, budget) ?? (parts.every(({ isFlax }) => isFlax) ? byOrder(parts, budget) : undefined)
}

const transposedNote =
  'Kernels are stored [height, width, channels, filters] and were turned into [filters, channels, height, width], ' +
  'linear weights likewise.'
const paddingNote =
  'JAX pads a strided convolution of padding SAME at the end only, the network here on both sides: ' +
  'measure its accuracy before you use it, and import it as ONNX where that is lower than it was.'

/** One tensor, its name in pieces. */
interface Part {
  readonly file: string
  /** Modules, outermost first. */
  readonly path: readonly string[]
  readonly leaf: string
  readonly shape: readonly number[]
  readonly axes: readonly number[]
  /** Whether its name cannot be one of PyTorch's. */
  readonly isFlax: boolean
}

function isOther({ name }: NamedShape): boolean {
  return otherCollections.has(name.split(/[./]/)[0] ?? '')
}

function partOf(tensor: NamedShape): Part | undefined {
  if (isBookkeeping(tensor) || isOther(tensor)) return undefined
  const path = tensor.name.split(/[./]/)
  while (collections.has(path[0] ?? '')) path.shift()
  const last = path.pop() ?? ''
  const leaf = Object.hasOwn(leaves, last) ? leaves[last] : undefined
  const axes = axesOf(tensor.shape)
  if (leaf === undefined || axes === undefined) return undefined
  const isFlax = last === 'kernel' || tensor.shape.length === 1
  return { file: tensor.name, path, leaf, shape: axes.map((axis) => tensor.shape[axis] ?? 0), axes, isFlax }
}

function axesOf({ length }: readonly number[]): readonly number[] | undefined {
  if (length === 4) return [3, 2, 0, 1]
  if (length === 2) return [1, 0]
  return length === 1 ? [0] : undefined
}

/** `layer1_0` is `layer1.0`: Flax's attributes have no dots. */
function byName(parts: readonly Part[], budget: ComparisonBudget): ChannelsLastNetwork | undefined {
  const named = parts.map((part) => {
    const module = part.path.join('.').replaceAll(/(?<=[a-z0-9])_(?=\d)/g, '.')
    return { ...part, name: module === '' ? part.leaf : `${module}.${part.leaf}` }
  })
  if (!isKnownNetwork(named, budget)) return undefined
  const match = matchArchitecture(named)
  if (match.ok && flattensMaps(match.value.network)) return undefined
  return {
    tensors: new Map(named.map(({ file, name, axes }) => [file, { name, axes }])),
    notes: [transposedNote, paddingNote],
  }
}

/** Layers of the file and of one architecture, each kind in its order, all of the same shapes. */
function byOrder(parts: readonly Part[], budget: ComparisonBudget): ChannelsLastNetwork | undefined {
  const candidates = architecturesOfSize(parts.length)
  if (candidates.length === 0 || budget.remaining <= 0) return undefined
  budget.remaining -= 1
  const layers = layersOf(parts.toSorted((left, right) => comparePaths(left.path, right.path)))
  const classes = layers.findLast(({ kind }) => kind === 'linear')?.shapes.get('weight')?.[0]
  if (classes === undefined || classes < 1) return undefined
  const matches = candidates.flatMap(({ build }) => {
    const network = build(classes)
    const pairs = flattensMaps(network) ? undefined : pairsOf(layers, networkLayers(network.parameters))
    return pairs === undefined ? [] : [{ network, pairs }]
  })
  const [match, ...others] = matches
  if (match === undefined || others.length > 0) return undefined
  const moduleOf = new Map(match.pairs.map(([layer, parameter]) => [layer.module, parameter.module]))
  return {
    tensors: new Map(
      parts.map(({ file, path, leaf, axes }) => [
        file,
        { name: `${moduleOf.get(path.join('/')) ?? ''}.${leaf}`, axes },
      ]),
    ),
    notes: [
      `Layers have no names of their own; they were matched to ${match.network.title} by their numbers, in order, and every shape agrees.`,
      transposedNote,
      paddingNote,
    ],
  }
}

interface Layer {
  readonly module: string
  readonly kind: 'conv' | 'linear' | 'norm'
  /** By leaf. */
  readonly shapes: ReadonlyMap<string, readonly number[]>
}

function layersOf(parts: readonly Part[]): readonly Layer[] {
  return grouped(parts.map(({ path, leaf, shape }) => [path.join('/'), leaf, shape]))
}

function networkLayers(parameters: readonly ParameterSpec[]): readonly Layer[] {
  return grouped(
    parameters.map(({ name, shape }) => {
      const dot = name.lastIndexOf('.')
      return [name.slice(0, dot), name.slice(dot + 1), shape]
    }),
  )
}

function grouped(entries: readonly (readonly [module: string, leaf: string, shape: readonly number[]])[]) {
  const modules = new Map<string, Map<string, readonly number[]>>()
  for (const [module, leaf, shape] of entries) {
    const shapes = modules.get(module)
    if (shapes === undefined) modules.set(module, new Map([[leaf, shape]]))
    else shapes.set(leaf, shape)
  }
  return [...modules].map(([module, shapes]): Layer => ({ module, kind: kindOf(shapes.get('weight')), shapes }))
}

function kindOf(weight: readonly number[] | undefined): Layer['kind'] {
  if (weight?.length === 4) return 'conv'
  return weight?.length === 2 ? 'linear' : 'norm'
}

/** Layers of each kind side by side; undefined unless all of them agree in every shape. */
function pairsOf(layers: readonly Layer[], wanted: readonly Layer[]): (readonly [Layer, Layer])[] | undefined {
  if (layers.length !== wanted.length) return undefined
  const pairs = (['conv', 'norm', 'linear'] as const).flatMap((kind) => {
    const ours = layers.filter((layer) => layer.kind === kind)
    const theirs = wanted.filter((layer) => layer.kind === kind)
    return theirs.map((layer, index) => [ours[index], layer] as const)
  })
  const agreeing = pairs.filter((pair): pair is readonly [Layer, Layer] => {
    const [layer, other] = pair
    if (layer === undefined || layer.shapes.size !== other.shapes.size) return false
    return [...other.shapes].every(([leaf, shape]) => layer.shapes.get(leaf)?.join() === shape.join())
  })
  return agreeing.length === wanted.length ? agreeing : undefined
}

/** Where a linear layer reads a map of several pixels, their order differs and rows would have to change places. */
function flattensMaps({ parameters }: Network): boolean {
  const channels = parameters.findLast(({ role }) => role === 'conv-weight')?.shape[0] ?? 0
  const linear = parameters.find(({ role }) => role === 'linear-weight')
  return linear !== undefined && sizeOf(linear.shape.slice(1)) > channels
}

/** By numbers where names have some (`Conv_2` before `Conv_10`); stems first, shortcuts after what they go round. */
function comparePaths(left: readonly string[], right: readonly string[]): number {
  const depth = Math.max(left.length, right.length)
  for (let level = 0; level < depth; level++) {
    const [ours = '', theirs = ''] = [left[level], right[level]]
    if (ours === theirs) continue
    const isLast = [level === left.length - 1, level === right.length - 1] as const
    return rankOf(ours, isLast[0]) - rankOf(theirs, isLast[1]) || compareNatural(ours, theirs)
  }
  return 0
}

/** A layer that stands beside blocks comes before them, as a stem does. */
function rankOf(name: string, isLayer: boolean): number {
  if (/init|stem/i.test(name)) return 0
  if (/proj|shortcut|downsample|skip|residual_conv/i.test(name)) return 3
  return isLayer ? 1 : 2
}

function compareNatural(left: string, right: string): number {
  const [ours, theirs] = [left, right].map((name) => name.split(/(\d+)/))
  for (let at = 0; at < Math.max(ours?.length ?? 0, theirs?.length ?? 0); at++) {
    const [a = '', b = ''] = [ours?.[at], theirs?.[at]]
    if (a === b) continue
    // Split at numbers: every second piece is one.
    if (at % 2 === 1 && a !== '' && b !== '') return Number(a) - Number(b)
    return a < b ? -1 : 1
  }
  return 0
}
