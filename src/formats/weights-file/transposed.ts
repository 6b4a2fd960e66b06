import type { TransposedTensor } from '#networks/channels-last.ts'
import { sizeOf } from '#shared/tensors/host-tensor.ts'
import { bytesOfDtype, fileTensor, type FileTensor } from '../file-tensor.ts'
import { rowMajor } from '../strided.ts'

/** The tensors that `order` names, under its names and with its axes, row-major again. */
export function withAxes(
  tensors: ReadonlyMap<string, FileTensor>,
  order: ReadonlyMap<string, TransposedTensor>,
): ReadonlyMap<string, FileTensor> {
  const result = new Map<string, FileTensor>()
  for (const [file, { name, axes }] of order) {
    const tensor = tensors.get(file)
    if (tensor !== undefined) result.set(name, transposed(tensor, axes))
  }
  return result
}

function transposed({ shape, dtype, bytes }: FileTensor, axes: readonly number[]): FileTensor {
  const turned = axes.map((axis) => shape[axis] ?? 0)
  const strides = axes.map((axis) => sizeOf(shape.slice(axis + 1)))
  const size = bytesOfDtype[dtype]
  return fileTensor(turned, dtype, rowMajor({ shape: turned, strides, bytesPerElement: size, start: 0 }, bytes))
}
