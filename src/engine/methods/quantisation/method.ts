import { integerPlan, type QuantisationPlan } from '#engine/quantisation/fake-quantisation.ts'
import { storedParameters } from '#engine/quantisation/stored-parameters.ts'
import type { CompressedTensor, CompressedTensors } from '#shared/tensors/compressed-tensor.ts'
import type { HostTensors } from '#shared/tensors/host-tensor.ts'
import type { StoredTensor } from '#shared/tensors/stored-tensor.ts'
import type { KernelMethod } from '../direct/kernel-method.ts'

export const quantisation: KernelMethod = {
  plan: (kernels, config) => ({ quantisation: integerPlan(Object.keys(kernels), config.quantisation.precision) }),
  compress: (kernels, _config, plan, learned) => quantised(kernels, plan.quantisation, learned),
}

/** Nearest codes with a scale a filter; or plain halves. */
function quantised(kernels: HostTensors, plan: QuantisationPlan, learned: HostTensors): CompressedTensors {
  const stored = storedParameters({ ...kernels, ...learned }, Object.keys(kernels), plan, 'float16')
  return Object.fromEntries(Object.entries(stored).map(([name, tensor]) => [name, withoutFloat32(name, tensor)]))
}

function withoutFloat32(name: string, tensor: StoredTensor): CompressedTensor {
  if (tensor.kind === 'float32') throw new RangeError(`${name} was to be compressed, not kept as float32`)
  return tensor
}
