import type { ConstantData } from '../graph.ts'
import type { Layout } from './value.ts'

/** The elements of a constant, written in another order of its axes. */
export function transposeData(
  source: Layout & { readonly data: ConstantData },
  order: readonly number[],
): ConstantData {
  const { data, extents } = source
  const result = data.slice()
  const strides = extents.map(() => 0)
  let stride = 1
  for (const axis of source.order.toReversed()) {
    strides[axis] = stride
    stride *= extents[axis] ?? 1
  }
  const counters = order.map(() => 0)
  let offset = 0
  for (let index = 0; index < result.length; index++) {
    result[index] = data[offset] ?? 0
    for (let place = order.length - 1; place >= 0; place--) {
      const axis = order[place] ?? 0
      const extent = extents[axis] ?? 1
      const next = (counters[place] ?? 0) + 1
      offset += strides[axis] ?? 0
      if (next < extent) {
        counters[place] = next
        break
      }
      counters[place] = 0
      offset -= extent * (strides[axis] ?? 0)
    }
  }
  return result
}
