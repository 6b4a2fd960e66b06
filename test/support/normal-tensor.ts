import { float32Tensor, sizeOf, type HostTensor } from '#shared/tensors/host-tensor.ts'
import type { Random } from '#shared/basics/random.ts'

/** A tensor of independent normal numbers of standard deviation `scale` around `offset`. */
export function normalTensor(random: Random, shape: readonly number[], scale = 1, offset = 0): HostTensor {
  return float32Tensor(
    shape,
    Float32Array.from({ length: sizeOf(shape) }, () => offset + scale * random.normal()),
  )
}
