import { AppException } from '#shared/basics/result.ts'
import type { CompressedTensor } from '#shared/tensors/compressed-tensor.ts'

/** Throws `invalid-argument` for a tensor that is no kernels. */
export function kernelShape(name: string, { shape }: CompressedTensor): [number, number, number, number] {
  const [filters, channels, height, width] = shape
  if (filters !== undefined && channels !== undefined && height !== undefined && width !== undefined) {
    return [filters, channels, height, width]
  }
  throw new AppException({
    code: 'invalid-argument',
    message: `Kernels have four extents, ${name} has ${shape.length}.`,
    where: name,
  })
}
