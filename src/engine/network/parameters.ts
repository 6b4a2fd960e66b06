import type { Network } from '#networks/network.ts'
import {
  sizeOf,
  type HostTensor,
  type HostTensors,
  type TensorSpec,
  type TensorSpecs,
} from '#shared/tensors/host-tensor.ts'
import { AppException } from '#shared/basics/result.ts'

/**
 * Divides the parameters of a network into those in the executor's state and constants with their values.
 * Throws `AppException` `invalid-argument` when a constant is missing or has another shape.
 */
export function parameterSpecs(
  network: Network,
  values: HostTensors,
  inState: 'none' | 'represented' | 'all',
): { readonly state: TensorSpecs; readonly constants: HostTensors } {
  const represented = new Set(network.representedLayers.map(({ name }) => name))
  const state: Record<string, TensorSpec> = {}
  const constants: Record<string, HostTensor> = {}
  for (const { name, shape } of network.parameters) {
    if (inState === 'all' || (inState === 'represented' && represented.has(name))) {
      state[name] = { shape, dtype: 'float32' }
      continue
    }
    const value = values[name]
    if (value?.dtype !== 'float32' || value.data.length !== sizeOf(shape)) {
      const found = value === undefined ? 'missing' : `${value.dtype} [${value.shape.join(', ')}]`
      throw new AppException({
        code: 'invalid-argument',
        message: `Parameter ${name} of ${network.title} must be float32 [${shape.join(', ')}] and is ${found}.`,
        where: name,
      })
    }
    constants[name] = { shape, dtype: 'float32', data: value.data }
  }
  return { state, constants }
}
