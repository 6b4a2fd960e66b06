/** Elements laid out by strides, as PyTorch's views and NumPy's Fortran order have them, put into row-major order. */

export interface StridedElements {
  readonly shape: readonly number[]
  /** Distance of neighbours along each axis, in elements. */
  readonly strides: readonly number[]
  readonly bytesPerElement: number
  /** Byte of the first element. */
  readonly start: number
}

/** The elements in row-major order; `storage` must hold all of them. Those that lie so already share its memory. */
export function rowMajor(elements: StridedElements, storage: Uint8Array): Uint8Array {
  const { shape, strides, bytesPerElement: size, start } = elements
  const byteLength = shape.reduce((count, extent) => count * extent, size)
  if (isContiguous(elements)) return storage.subarray(start, start + byteLength)

  const result = new Uint8Array(byteLength)
  const index = new Array<number>(shape.length).fill(0)
  let from = start
  for (let to = 0; to < byteLength; to += size) {
    for (let byte = 0; byte < size; byte++) result[to + byte] = storage[from + byte] ?? 0
    // Counts like an odometer, the last axis fastest.
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const stride = (strides[axis] ?? 0) * size
      const next = (index[axis] ?? 0) + 1
      if (next < (shape[axis] ?? 0)) {
        index[axis] = next
        from += stride
        break
      }
      from -= (next - 1) * stride
      index[axis] = 0
    }
  }
  return result
}

function isContiguous({ shape, strides }: StridedElements): boolean {
  if (shape.includes(0)) return true
  let expected = 1
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    const extent = shape[axis] ?? 0
    // The stride of an axis of one element is never used.
    if (extent !== 1 && strides[axis] !== expected) return false
    expected *= extent
  }
  return true
}
