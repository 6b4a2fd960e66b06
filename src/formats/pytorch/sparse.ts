/** Sparse tensors of PyTorch with their zeros: coordinates (COO, equal ones add up) and compressed rows (CSR). */
import { fileTensor, integersOf, type FileTensor } from '../file-tensor.ts'
import { corrupt, type PickleSite } from '../pickle/site.ts'
import type { PickledSparseTensor, StridedTensor } from '../pickle/values.ts'

/** Throws `file-corrupt` for indices outside the shape. The caller has checked that the dense tensor is small enough. */
export function spreadOut(
  site: PickleSite,
  { shape, values, places }: PickledSparseTensor,
  gathered: (part: StridedTensor) => FileTensor,
): FileTensor {
  const dense = new Float32Array(shape.reduce((count, extent) => count * extent, 1))
  const found = gathered(values).toFloat32()
  // Values may have axes of their own behind the sparse ones.
  const inner = values.shape.slice(1).reduce((count, extent) => count * extent, 1)
  const count = values.shape[0] ?? 0
  const starts =
    places.kind === 'coordinates'
      ? coordinateStarts(site, shape, values, gathered(places.indices))
      : rowPlaces(site, shape, values, gathered(places.rowStarts), gathered(places.columns))
  for (let i = 0; i < count; i++) {
    const start = (starts[i] ?? 0) * inner
    for (let j = 0; j < inner; j++) dense[start + j] = (dense[start + j] ?? 0) + (found[i * inner + j] ?? 0)
  }
  return fileTensor(shape, 'float32', new Uint8Array(dense.buffer))
}

/** Of each value, its place among the sparse axes. `indices` is [sparse axes, values]. */
function coordinateStarts(
  site: PickleSite,
  shape: readonly number[],
  values: StridedTensor,
  indices: FileTensor,
): Float64Array {
  const [axes = 0, count = 0] = indices.shape
  const isFitting = indices.shape.length === 2 && axes <= shape.length && count === values.shape[0]
  if (!isFitting || values.shape.slice(1).join() !== shape.slice(axes).join()) {
    throw corrupt(site, 'expected indices and values of a sparse tensor to fit its shape')
  }
  const coordinates = integers(site, indices)
  const starts = new Float64Array(count)
  for (let axis = 0; axis < axes; axis++) {
    const extent = shape[axis] ?? 0
    for (let i = 0; i < count; i++) {
      const index = coordinates[axis * count + i] ?? 0
      assertIndex(site, index, extent)
      starts[i] = (starts[i] ?? 0) * extent + index
    }
  }
  return starts
}

/** Of each value of a matrix, its place, rows first. */
function rowPlaces(
  site: PickleSite,
  shape: readonly number[],
  values: StridedTensor,
  rowStarts: FileTensor,
  columns: FileTensor,
): Float64Array {
  const [rows = 0, width = 0] = shape
  const [count = 0] = values.shape
  const begins = integers(site, rowStarts)
  const places = integers(site, columns)
  const isMatrix = shape.length === 2 && values.shape.length === 1
  if (!isMatrix || begins.length !== rows + 1 || places.length !== count || begins[rows] !== count) {
    throw corrupt(site, 'expected rows, columns and values of a sparse matrix to fit its shape')
  }
  const starts = new Float64Array(count)
  for (let row = 0; row < rows; row++) {
    const [begin = 0, end = 0] = begins.subarray(row, row + 2)
    if (begin < 0 || begin > end || end > count) throw corrupt(site, 'expected rows of a sparse matrix in order')
    for (let i = begin; i < end; i++) {
      const column = places[i] ?? 0
      assertIndex(site, column, width)
      starts[i] = row * width + column
    }
  }
  return starts
}

function integers(site: PickleSite, tensor: FileTensor): Float64Array {
  const values = integersOf(tensor)
  if (values !== undefined) return values
  throw corrupt(site, `expected integers as indices of a sparse tensor, found ${tensor.dtype}`)
}

function assertIndex(site: PickleSite, index: number, extent: number): void {
  if (index >= 0 && index < extent) return
  throw corrupt(site, `expected an index of a sparse tensor below ${extent}, found ${index}`)
}
