import { sizeOf } from '#shared/tensors/host-tensor.ts'
import type { FileTensor } from '../../file-tensor.ts'
import type { GraphImport } from '../graph-import.ts'
import type { ViewValue } from '../operator-call.ts'
import { featureOrder, sourceAxis } from '../view.ts'

/**
 * The numbers of a constant that is broadcast against `value`: a single one for all, or one a channel (of a vector: one
 * a feature), wherever that axis lies. undefined for any other constant.
 */
export function channelValues(graph: GraphImport, { view }: ViewValue, tensor: FileTensor): Float32Array | undefined {
  const { shape } = tensor
  const count = sizeOf(shape)
  if (count === 1 && shape.length <= view.axes.length) return tensor.toFloat32()
  const [channels] = graph.shapeOf(view.node)
  const axis = view.axes.findIndex((_, at) => sourceAxis(view, at) === 1)
  const own = shape.findIndex((extent) => extent !== 1)
  // Axes are matched from the last one on.
  const isAlongChannels = axis !== -1 && own - shape.length === axis - view.axes.length
  return count === channels && isAlongChannels ? tensor.toFloat32() : undefined
}

/** The numbers of a constant with one a feature, of a vector whose features may lie in another order than its source. */
export function featureValues({ view }: ViewValue, tensor: FileTensor): Float32Array | undefined {
  const order = featureOrder(view)
  if (order === undefined || sizeOf(tensor.shape) !== order.length) return undefined
  const given = tensor.toFloat32()
  const values = new Float32Array(order.length)
  order.forEach((to, from) => (values[to] = given[from] ?? 0))
  return values
}
