import { buildNetwork } from '#networks/architectures.ts'
import { float32Tensor, sizeOf, type HostTensors } from '#shared/tensors/host-tensor.ts'
import { unwrap } from '#shared/basics/result.ts'

/** A student and its teacher of the same architecture, all zeros: no reader can tell which of the two is wanted. */
export function twoNetworks(): HostTensors {
  const { parameters } = unwrap(buildNetwork('resnet20-cifar-a', 10))
  const named = ['student', 'teacher'].flatMap((prefix) =>
    parameters.map(({ name, shape }) => {
      return [`${prefix}.${name}`, float32Tensor(shape, new Float32Array(sizeOf(shape)))] as const
    }),
  )
  return Object.fromEntries(named)
}
