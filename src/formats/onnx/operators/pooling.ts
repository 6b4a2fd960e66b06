import { sizeOf } from '#shared/tensors/host-tensor.ts'
import type { NetworkNode, Pair, PoolingWindow } from '#networks/network.ts'
import type { GraphImport, Operator } from '../graph-import.ts'
import { axisOf } from '../integers.ts'
import type { OperatorCall, ViewValue } from '../operator-call.ts'
import { extentsOf, sourceAxis, type View } from '../view.ts'
import { applied } from './activations.ts'
import { paddingOf, type Padding } from './windows.ts'

export const poolingOperators: Readonly<Record<string, Operator>> = {
  MaxPool: maximum,
  AveragePool: average,
  GlobalAveragePool: globalAverage,
  GlobalMaxPool: globalMaximum,
  ReduceMax: reduced('maximum'),
  ReduceMean: reduced('mean'),
  ReduceSum: sum,
}

function maximum(operation: OperatorCall, graph: GraphImport): ViewValue {
  const input = graph.map(operation, operation.view(0))
  if (operation.node.outputs.filter((name) => name !== '').length > 1) {
    return operation.unsupported('it yields positions, too')
  }
  const window = windowOf(operation, graph, input, false)
  return graph.add(operation, (id) => ({ op: 'max-pool', id, input, ...window }))
}

function average(operation: OperatorCall, graph: GraphImport): ViewValue {
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
function windowOf(operation: OperatorCall, graph: GraphImport, input: string, countsPadding: boolean): PoolingWindow {
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

/** [channels, 1, 1], so that a convolution can follow; a flatten after it makes it a vector at no cost. */
function globalAverage(operation: OperatorCall, graph: GraphImport): ViewValue {
  const input = graph.map(operation, operation.view(0))
  return graph.add(operation, (id) => averagedTo(id, input, [1, 1]))
}

function globalMaximum(operation: OperatorCall, graph: GraphImport): ViewValue {
  const input = graph.map(operation, operation.view(0))
  const [, height = 1, width = 1] = graph.shapeOf(input)
  return graph.add(operation, (id) => largestOf(id, input, [height, width]))
}

function averagedTo(id: string, input: string, size: Pair): NetworkNode {
  return { op: 'adaptive-average-pool', id, input, size }
}

function largestOf(id: string, input: string, kernel: Pair): NetworkNode {
  return { op: 'max-pool', id, input, kernel, stride: [1, 1], padding: [0, 0], isRoundedUp: false }
}

/** The sum over pixels is their mean times their number. */
function sum(operation: OperatorCall, graph: GraphImport): ViewValue {
  const before = elements(operation.view(0))
  const mean = reduced('mean')(operation, graph)
  return applied(operation, graph, mean, { name: 'affine', scale: before / elements(mean), shift: 0 })
}

function elements({ view }: ViewValue): number {
  return sizeOf(extentsOf(view))
}

/** The mean or maximum over height, width or both, whatever axes these are, is a pool with windows of that length. */
function reduced(kind: 'mean' | 'maximum'): (operation: OperatorCall, graph: GraphImport) => ViewValue {
  return (operation, graph) => {
    const value = graph.settled(operation, operation.view(0))
    const { view } = value
    const rank = view.axes.length
    const given = operation.listOrOperand('axes', 1) ?? []
    const axes = given.map((axis) => axisOf(axis, rank))
    const sources = view.axes.map((factors, at) => (factors.length === 0 ? undefined : sourceAxis(view, at)))
    const isWhole = view.axes.every((factors, at) => factors.length === 0 || sources[at] !== undefined)
    const isPixels = axes.every((axis) => axis !== undefined && axis > 0 && [undefined, 2, 3].includes(sources[axis]))
    if (axes.length === 0 || view.shape.length !== 3 || !isWhole || !isPixels) {
      return operation.unsupported('it is over other axes than height and width')
    }
    const [, height = 1, width = 1] = view.shape
    const isOver = (source: number): boolean => axes.some((axis) => axis !== undefined && sources[axis] === source)
    const input = graph.map(operation, { ...value, view: { ...view, axes: axesOfMap(view, sources) } })
    const whole = graph.add(operation, (id) => {
      return kind === 'mean'
        ? averagedTo(id, input, [isOver(2) ? 1 : height, isOver(3) ? 1 : width])
        : largestOf(id, input, [isOver(2) ? height : 1, isOver(3) ? width : 1])
    })
    const keepsAxes = operation.int('keepdims', 1) !== 0
    const left = view.axes.flatMap((factors, at) => {
      if (axes.includes(at)) return keepsAxes ? [[]] : []
      const source = sources[at]
      return [source === undefined ? factors : (whole.view.axes[source] ?? [])]
    })
    return { kind: 'view', view: { ...whole.view, axes: left } }
  }
}

/** Those of a map [batch, channels, height, width] from axes in another order; ones that are missing have one element. */
function axesOfMap(view: View, sources: readonly (number | undefined)[]): View['axes'] {
  return [0, 1, 2, 3].map((source) => view.axes[sources.indexOf(source)] ?? [])
}
