import type { Pair, PoolingWindow } from '#networks/network.ts'
import { idOf, type GraphImport, type Operator } from '../graph-import.ts'
import { axisOf } from '../integers.ts'
import type { Operation, ViewValue } from '../operation.ts'
import { sourceAxis, transposed, type View } from '../view.ts'
import { paddingOf, type Padding } from './windows.ts'

export const poolingOperators: Readonly<Record<string, Operator>> = {
  MaxPool: maximum,
  AveragePool: average,
  GlobalAveragePool: globalAverage,
  ReduceMean: mean,
}

function maximum(operation: Operation, graph: GraphImport): ViewValue {
  const input = graph.map(operation, operation.view(0))
  if (operation.node.outputs.filter((name) => name !== '').length > 1) {
    return operation.unsupported('it yields positions, too')
  }
  const window = windowOf(operation, graph, input, false)
  return graph.add(operation, (id) => ({ op: 'max-pool', id, input, ...window }))
}

function average(operation: Operation, graph: GraphImport): ViewValue {
  const input = graph.map(operation, operation.view(0))
  const countsPadding = operation.int('count_include_pad', 0) !== 0
  const window = windowOf(operation, graph, input, countsPadding)
  // An adaptive pool of as many windows as pixels is exported so; padding is smaller than a window.
  if ([...window.kernel, ...window.stride].every((extent) => extent === 1)) return graph.valueOf(input)
  return graph.add(operation, (id) => ({ op: 'average-pool', id, input, countsPadding, ...window }))
}

/**
 * Padding may differ from side to side: what counts is where windows begin and how many there are, as long as nobody
 * counts padded pixels.
 */
function windowOf(operation: Operation, graph: GraphImport, input: string, countsPadding: boolean): PoolingWindow {
  if (operation.ints('kernel_shape') === undefined) return operation.corrupt('expected kernel_shape, found none')
  const kernel = operation.pair('kernel_shape', [1, 1])
  const stride = operation.pair('strides', [1, 1])
  const dilation = operation.pair('dilations', [1, 1])
  if (dilation[0] !== 1 || dilation[1] !== 1) return operation.unsupported('its windows are dilated')
  const [, ...extent] = graph.shapeOf(input)
  const padding = paddingOf(operation, extent, kernel, stride)
  const isRoundedUp = operation.int('ceil_mode', 0) !== 0
  const window = { kernel, stride, padding: padding.before }
  const isSymmetric = padding.before.join() === padding.after.join()
  if (isSymmetric) return { ...window, isRoundedUp }
  const wanted = counts(extent, window, padding, isRoundedUp)
  const alike = [false, true].find((isUp) => {
    const even = counts(extent, window, { before: padding.before, after: padding.before }, isUp)
    return even.join() === wanted.join()
  })
  if (alike === undefined || countsPadding) {
    return operation.unsupported(
      `it pads its sides by ${padding.before.join(', ')} and ${padding.after.join(', ')} pixels`,
    )
  }
  return { ...window, isRoundedUp: alike }
}

function counts(
  extent: readonly number[],
  { kernel, stride }: Pick<PoolingWindow, 'kernel' | 'stride'>,
  { before, after }: Padding,
  isRoundedUp: boolean,
): Pair {
  const along = (axis: 0 | 1): number => {
    const size = extent[axis] ?? 1
    const steps = (size + before[axis] + after[axis] - kernel[axis]) / stride[axis]
    const count = (isRoundedUp ? Math.ceil(steps) : Math.floor(steps)) + 1
    return isRoundedUp && (count - 1) * stride[axis] >= size + before[axis] ? count - 1 : count
  }
  return [along(0), along(1)]
}

function globalAverage(operation: Operation, graph: GraphImport): ViewValue {
  return pooled(operation, graph, graph.map(operation, operation.view(0)))
}

/** [channels, 1, 1], so that a convolution can follow; a flatten after it makes it a vector at no cost. */
function pooled(operation: Operation, graph: GraphImport, input: string): ViewValue {
  return graph.add(operation, (id) => ({ op: 'adaptive-average-pool', id, input, size: [1, 1] }))
}

/** The mean over height and width is a global pool, whatever axes these are. */
function mean(operation: Operation, graph: GraphImport): ViewValue {
  const value = operation.view(0)
  const rank = value.view.axes.length
  const given = operation.listOrOperand('axes', 1) ?? []
  const axes = given.map((axis) => axisOf(axis, rank))
  const map = mapOrder(value.view)
  const [batch, channels, ...pixels] = map ?? []
  if (map === undefined || axes.length !== 2 || !pixels.every((axis) => axes.includes(axis))) {
    return operation.unsupported('it averages over other axes than height and width')
  }
  const view = transposed(value.view, map) ?? value.view
  const whole = pooled(operation, graph, graph.map(operation, { ...value, view }))
  const [batchFactors = [], channelFactors = []] = whole.view.axes
  const kept = value.view.axes.map((_, axis) => {
    if (axis === batch) return batchFactors
    return axis === channels ? channelFactors : undefined
  })
  const keepsAxes = operation.int('keepdims', 1) !== 0
  const isLeft = (factors: (typeof kept)[number]): factors is NonNullable<typeof factors> => factors !== undefined
  return {
    kind: 'view',
    view: {
      node: idOf(whole),
      shape: whole.view.shape,
      axes: keepsAxes ? kept.map((factors) => factors ?? []) : kept.filter(isLeft),
    },
  }
}

/** Where batch, channels, height and width are among four axes; undefined when they are not all there. */
function mapOrder(view: View): readonly number[] | undefined {
  if (view.axes.length !== 4 || view.shape.length !== 3) return undefined
  const found = view.axes.map((_, at) => sourceAxis(view, at))
  // Axes of one element can be any that are missing; as they are alike, the order of these does not matter.
  const missing = [0, 1, 2, 3].filter((axis) => !found.includes(axis))
  const order = found.map((axis) => axis ?? missing.shift())
  const map = [0, 1, 2, 3].map((axis) => order.indexOf(axis))
  return map.includes(-1) ? undefined : map
}
