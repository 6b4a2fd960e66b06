/**
 * Weights that a file keeps in parts, put together as PyTorch does before it computes with them: weight norm
 * (Salimans and Kingma 2016), spectral norm (Miyato et al. 2018, in evaluation) and pruning by a mask, each under the
 * names of torch.nn.utils and of torch.nn.utils.parametrizations.
 */
import { sizeOf } from '#shared/tensors/host-tensor.ts'
import { fileTensor, float32View, type FileTensor } from '../file-tensor.ts'

type Shape = readonly number[]
type Shapes = ReadonlyMap<string, Shape>

interface Spelling {
  readonly kind: 'weight norm' | 'spectral norm' | 'pruning'
  /** Names within a module: magnitude and direction, or weight and the two vectors, or weight and mask. */
  readonly parts: readonly [string, string, ...string[]]
  /** Which part has the shape of the weight. */
  readonly shaped: 0 | 1
}

const spellings: readonly Spelling[] = [
  // Before weight norm, which has a `weight_v`, too.
  { kind: 'spectral norm', parts: ['weight_orig', 'weight_u', 'weight_v'], shaped: 0 },
  {
    kind: 'spectral norm',
    parts: ['parametrizations.weight.original', 'parametrizations.weight.0._u', 'parametrizations.weight.0._v'],
    shaped: 0,
  },
  { kind: 'weight norm', parts: ['weight_g', 'weight_v'], shaped: 1 },
  {
    kind: 'weight norm',
    parts: ['parametrizations.weight.original0', 'parametrizations.weight.original1'],
    shaped: 1,
  },
  { kind: 'pruning', parts: ['weight_orig', 'weight_mask'], shaped: 0 },
]

/** How one weight is made, and the names of its parts in the file. */
export interface Fold {
  readonly kind: Spelling['kind']
  readonly parts: readonly string[]
}

export interface FoldedShapes {
  /** Of all tensors; a weight stands where the first of its parts does. */
  readonly shapes: Shapes
  /** By the name of the weight. */
  readonly folds: ReadonlyMap<string, Fold>
}

/** What tensors of these shapes are once weights in parts are put together. Parts that do not fit stay as they are. */
export function foldedShapes(shapes: Shapes): FoldedShapes {
  const folds = new Map<string, Fold>()
  const weights = new Map<string, Shape>()
  for (const name of shapes.keys()) {
    for (const { kind, parts, shaped } of spellings) {
      const module = moduleOf(name, parts[0])
      if (module === undefined || folds.has(`${module}weight`) || shapes.has(`${module}weight`)) continue
      const names = parts.map((part) => `${module}${part}`)
      const found = names.flatMap((part) => [shapes.get(part) ?? []])
      const shape = found[shaped] ?? []
      if (!names.every((part) => shapes.has(part)) || !isFitting(kind, shape, found)) continue
      folds.set(`${module}weight`, { kind, parts: names })
      weights.set(`${module}weight`, shape)
    }
  }
  const firsts = new Map(
    [...folds].map(
      ([
        weight,
        {
          parts: [first = ''],
        },
      ]) => [first, weight],
    ),
  )
  const others = new Set([...folds.values()].flatMap(({ parts }) => parts))
  const entries = [...shapes].flatMap(([name, shape]): [string, Shape][] => {
    const weight = firsts.get(name)
    if (weight !== undefined) return [[weight, weights.get(weight) ?? []]]
    return others.has(name) ? [] : [[name, shape]]
  })
  return { shapes: new Map(entries), folds }
}

/** The tensors with weights put together, and a sentence for each kind of parts. */
export function foldedTensors(
  tensors: ReadonlyMap<string, FileTensor>,
  folds: ReadonlyMap<string, Fold>,
): { readonly tensors: ReadonlyMap<string, FileTensor>; readonly notes: readonly string[] } {
  const result = new Map(tensors)
  const counts = new Map<Fold['kind'], number>()
  for (const [weight, { kind, parts }] of folds) {
    const found = parts.flatMap((part) => tensors.get(part) ?? [])
    if (found.length < parts.length) continue
    for (const part of parts) result.delete(part)
    result.set(weight, folded(kind, found))
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  const notes = [...counts].map(([kind, count]) => `Weights kept as parts (${kind}) were put together: ${count}.`)
  return { tensors: result, notes }
}

/** The module's path with its dot where `name` is its `part`, otherwise undefined. */
function moduleOf(name: string, part: string): string | undefined {
  if (name === part) return ''
  return name.endsWith(`.${part}`) ? name.slice(0, -part.length) : undefined
}

function isFitting(kind: Fold['kind'], shape: Shape, [first = [], second = [], third = []]: readonly Shape[]): boolean {
  const [filters = 0, ...rest] = shape
  switch (kind) {
    case 'weight norm':
      // A magnitude for each index of one axis, or a single one.
      return isBroadcast(first, shape)
    case 'spectral norm':
      return shape.length >= 2 && second.join() === String(filters) && third.join() === String(sizeOf(rest))
    case 'pruning':
      return first.join() === second.join()
  }
}

function isBroadcast(small: Shape, shape: Shape): boolean {
  if (small.length === 0) return true
  return small.length === shape.length && small.every((extent, axis) => extent === 1 || extent === shape[axis])
}

function folded(kind: Fold['kind'], parts: readonly FileTensor[]): FileTensor {
  const [first, second, third] = parts
  if (first === undefined || second === undefined) throw new RangeError(`a weight of ${kind} has two parts or more`)
  switch (kind) {
    case 'weight norm':
      return weightNorm(first, second)
    case 'spectral norm':
      if (third === undefined) throw new RangeError('a weight of spectral norm has three parts')
      return spectralNorm(first, second, third)
    case 'pruning': {
      const mask = float32View(second)
      return float32FileTensor(
        first.shape,
        float32View(first).map((value, i) => value * (mask[i] ?? 0)),
      )
    }
  }
}

/** direction * magnitude / |direction|, the norm over all axes along which the magnitude does not differ. */
function weightNorm(magnitude: FileTensor, direction: FileTensor): FileTensor {
  const { shape } = direction
  const values = float32View(direction)
  const magnitudes = float32View(magnitude)
  // Place in `magnitude` of each element, by the strides of a broadcast.
  const strides = shape.map((_, axis) => {
    return (magnitude.shape[axis] ?? 1) === 1 ? 0 : sizeOf(magnitude.shape.slice(axis + 1))
  })
  const inner = shape.map((_, axis) => sizeOf(shape.slice(axis + 1)))
  const placeOf = (index: number): number =>
    shape.reduce(
      (place, extent, axis) => place + (strides[axis] ?? 0) * (Math.floor(index / (inner[axis] ?? 1)) % extent),
      0,
    )
  const squares = new Float64Array(magnitudes.length)
  values.forEach((value, i) => {
    const place = placeOf(i)
    squares[place] = (squares[place] ?? 0) + value * value
  })
  const factors = squares.map((sum, place) => (magnitudes[place] ?? 0) / Math.sqrt(sum))
  return float32FileTensor(
    shape,
    values.map((value, i) => value * (factors[placeOf(i)] ?? 0)),
  )
}

/** weight / (u^T W v), where W has a row a filter. */
function spectralNorm(weight: FileTensor, left: FileTensor, right: FileTensor): FileTensor {
  const values = float32View(weight)
  const rows = float32View(left)
  const columns = float32View(right)
  let sigma = 0
  rows.forEach((u, row) => {
    let product = 0
    columns.forEach((v, column) => {
      product += (values[row * columns.length + column] ?? 0) * v
    })
    sigma += u * product
  })
  return float32FileTensor(
    weight.shape,
    values.map((value) => value / sigma),
  )
}

function float32FileTensor(shape: Shape, values: Float32Array): FileTensor {
  return fileTensor(shape, 'float32', new Uint8Array(values.buffer, values.byteOffset, values.byteLength))
}
