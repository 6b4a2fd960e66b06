/**
 * What a chain of Reshape, Transpose, Squeeze and strided Slice nodes makes of a map, followed symbolically: every axis
 * of the value is a row of factors, each a part of an axis of the map it came from. So a channel shuffle, a flatten and
 * a change between channels first and last are known by what they do, however an exporter spells them.
 */

/** A part of axis `axis` of the source (0 the batch, then those of one sample): index = ... + stride * own index. */
interface Factor {
  readonly axis: number
  readonly extent: number
  readonly stride: number
}

export interface View {
  /** Id of the node in our network whose output is looked at. */
  readonly node: string
  /** Of one sample of that output. */
  readonly shape: readonly number[]
  /** One row of factors an axis; axes of extent 1 have none. */
  readonly axes: readonly (readonly Factor[])[]
}

const batchAxis = 0

/** The output of a node as it is. */
export function wholeView(node: string, shape: readonly number[], batch: number): View {
  const sample = shape.map((extent, at): readonly Factor[] => wholeAxis(at + 1, extent))
  return { node, shape, axes: [[{ axis: batchAxis, extent: batch, stride: 1 }], ...sample] }
}

function wholeAxis(axis: number, extent: number): readonly Factor[] {
  return extent === 1 ? [] : [{ axis, extent, stride: 1 }]
}

export function extentsOf({ axes }: View): readonly number[] {
  return axes.map((factors) => factors.reduce((product, { extent }) => product * extent, 1))
}

export function transposedView(view: View, order: readonly number[]): View | undefined {
  const isOrder = order.length === view.axes.length && order.every((_, axis) => order.includes(axis))
  return isOrder ? { ...view, axes: order.map((axis) => view.axes[axis] ?? []) } : undefined
}

/** undefined when the extents are not the value's, or cut an axis where its factors do not end. */
export function reshaped(view: View, extents: readonly number[]): View | undefined {
  const left = [...view.axes.flat()]
  const axes: Factor[][] = []
  for (const [at, wanted] of extents.entries()) {
    const own: Factor[] = []
    // A batch of one image takes no room, but belongs to the first axis.
    const [first] = left
    if (at === 0 && first?.axis === batchAxis && first.extent === 1) own.push(...left.splice(0, 1))
    let missing = wanted
    while (missing > 1) {
      const next = left.shift()
      if (next === undefined) return undefined
      if (missing % next.extent === 0) {
        own.push(next)
        missing /= next.extent
        continue
      }
      if (next.extent % missing !== 0 || next.axis === batchAxis) return undefined
      const inner = next.extent / missing
      own.push({ ...next, extent: missing, stride: next.stride * inner })
      left.unshift({ ...next, extent: inner })
      missing = 1
    }
    axes.push(own)
  }
  return left.length === 0 ? { ...view, axes } : undefined
}

/** The value with axis `at` of it replaced; `factors` left out: every `step`th element of it. */
export function everySecond(view: View, at: number): View | undefined {
  const [factor, ...others] = merged(view.axes[at] ?? [])
  if (factor === undefined) return view
  if (others.length > 0 || factor.axis === batchAxis) return undefined
  const halved = { ...factor, extent: Math.ceil(factor.extent / 2), stride: 2 * factor.stride }
  return { ...view, axes: view.axes.map((factors, axis) => (axis === at ? [halved] : factors)) }
}

/** How a value must be brought about from the map it looks at. */
export type Arrangement =
  | { readonly kind: 'as-is' }
  /** [batch, channels * height * width] */
  | { readonly kind: 'flattened' }
  /** See the node `channel-shuffle`. */
  | { readonly kind: 'shuffled'; readonly groups: number }
  /** Every second row and column. */
  | { readonly kind: 'subsampled' }
  /** A vector as a map of one pixel. */
  | { readonly kind: 'one-pixel' }

/**
 * The arrangement that makes the value a map [batch, channels, height, width] or a vector [batch, features] of its
 * source; undefined when it is none of either.
 */
export function arrangementOf({ shape, axes }: View): Arrangement | undefined {
  const [batch = [], ...sample] = axes.map(merged)
  if (batch.length !== 1 || batch[0]?.axis !== batchAxis) return undefined
  if (sample.flat().some(({ axis }) => axis === batchAxis)) return undefined
  if (sample.length === 1) {
    const [features = []] = sample
    if (shape.length === 1 && isWhole(features, 1, shape[0] ?? 1)) return { kind: 'as-is' }
    const inOrder = shape.flatMap((extent, at) => wholeAxis(at + 1, extent))
    return shape.length === 3 && isEqual(features, inOrder) ? { kind: 'flattened' } : undefined
  }
  const [channels = [], rows = [], columns = []] = sample
  const [channelCount = 1, height = 1, width = 1] = shape
  if (sample.length !== 3) return undefined
  if (shape.length === 1) {
    const isOnePixel = isWhole(channels, 1, channelCount) && rows.length === 0 && columns.length === 0
    return isOnePixel ? { kind: 'one-pixel' } : undefined
  }
  if (isWhole(rows, 2, height) && isWhole(columns, 3, width)) {
    if (isWhole(channels, 1, channelCount)) return { kind: 'as-is' }
    const [inner, outer, ...others] = channels
    const isShuffle =
      inner?.axis === 1 &&
      outer?.axis === 1 &&
      others.length === 0 &&
      inner.stride === 1 &&
      outer.stride === inner.extent
    return isShuffle && inner.extent * outer.extent === channelCount
      ? { kind: 'shuffled', groups: outer.extent }
      : undefined
  }
  const isHalved = isSecond(rows, 2, height) && isSecond(columns, 3, width) && isWhole(channels, 1, channelCount)
  return isHalved ? { kind: 'subsampled' } : undefined
}

/** Which axis of its source an axis of a value is, whole; undefined for a part, a mixture or one of extent 1. */
export function sourceAxis(view: View, at: number): number | undefined {
  const factors = merged(view.axes[at] ?? [])
  const axis = factors[0]?.axis
  if (axis === batchAxis && factors.length === 1) return batchAxis
  const extent = axis === undefined ? undefined : view.shape[axis - 1]
  return axis !== undefined && extent !== undefined && isWhole(factors, axis, extent) ? axis : undefined
}

/**
 * Where batch, channels, height and width are among four axes; undefined when they are not all there. `transposedView` by
 * this order, the value is a map as the studio has them.
 */
export function mapOrder(view: View): readonly number[] | undefined {
  if (view.axes.length !== 4) return undefined
  const found = view.axes.map((_, at) => sourceAxis(view, at))
  // Axes of one element can be any that are missing; as they are alike, the order of these does not matter.
  const missing = [0, 1, 2, 3].filter((axis) => !found.includes(axis))
  const order = found.map((axis) => axis ?? missing.shift())
  const map = [0, 1, 2, 3].map((axis) => order.indexOf(axis))
  return map.includes(-1) ? undefined : map
}

/** How many elements of a sample lie between neighbours along each of its axes, row by row. */
function stepsOf(shape: readonly number[]): readonly number[] {
  return shape.map((_, at) => shape.slice(at + 1).reduce((product, extent) => product * extent, 1))
}

/** What `view` sees of its source, seen of `node`, which holds the same numbers row by row in a vector. */
export function viewOfVector({ shape, axes }: View, node: string): View {
  const steps = stepsOf(shape)
  const moved = (factor: Factor): Factor => {
    if (factor.axis === batchAxis) return factor
    return { ...factor, axis: 1, stride: factor.stride * (steps[factor.axis - 1] ?? 0) }
  }
  const count = shape.reduce((product, extent) => product * extent, 1)
  return { node, shape: [count], axes: axes.map((factors) => factors.map(moved)) }
}

/**
 * Of a vector that holds every number of its source once, in any order: which one each of its features is, counted row by
 * row in the source. undefined for anything else.
 */
export function featureOrder({ shape, axes }: View): Int32Array | undefined {
  const [batch = [], features = [], ...others] = axes.map(merged)
  if (others.length > 0 || batch.length !== 1 || batch[0]?.axis !== batchAxis) return undefined
  const steps = stepsOf(shape)
  const count = shape.reduce((product, extent) => product * extent, 1)
  let order = Int32Array.of(0)
  for (const { axis, extent, stride } of features) {
    if (axis === batchAxis || order.length * extent > count) return undefined
    const step = stride * (steps[axis - 1] ?? 0)
    const before = order
    order = new Int32Array(before.length * extent).map((_, at) => {
      return (before[Math.floor(at / extent)] ?? 0) + (at % extent) * step
    })
  }
  const isSeen = new Uint8Array(count)
  for (const at of order) isSeen[at] = 1
  return order.length === count && !isSeen.includes(0) ? order : undefined
}

/** Neighbours that are one run of their axis as one factor. */
function merged(factors: readonly Factor[]): readonly Factor[] {
  const runs: Factor[] = []
  for (const factor of factors) {
    const before = runs.at(-1)
    if (before !== undefined && before.axis === factor.axis && before.stride === factor.stride * factor.extent) {
      runs[runs.length - 1] = { ...factor, extent: before.extent * factor.extent }
    } else runs.push(factor)
  }
  return runs
}

function isWhole(factors: readonly Factor[], axis: number, extent: number): boolean {
  return isEqual(factors, wholeAxis(axis, extent))
}

function isSecond(factors: readonly Factor[], axis: number, extent: number): boolean {
  const half = Math.ceil(extent / 2)
  return isEqual(factors, half === 1 && extent === 1 ? [] : [{ axis, extent: half, stride: 2 }])
}

function isEqual(left: readonly Factor[], right: readonly Factor[]): boolean {
  const isSame = (a: Factor, b: Factor | undefined): boolean => {
    return a.axis === b?.axis && a.extent === b.extent && a.stride === b.stride
  }
  return left.length === right.length && left.every((factor, at) => isSame(factor, right[at]))
}
