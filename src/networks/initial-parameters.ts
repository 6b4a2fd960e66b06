import { float32Tensor, sizeOf, type HostTensor } from '#shared/tensors/host-tensor.ts'
import { Random } from '#shared/basics/random.ts'
import { assertNever } from '#shared/basics/result.ts'
import type { Network, ParameterSpec } from './network.ts'

/**
 * Parameters to start training from, the same for the same seed: weights Kaiming-normal by fan-in with the gain of
 * ReLU (He et al. 2015), batch-norm as the identity, linear biases uniform in +-1 / sqrt(fan-in) as PyTorch leaves them.
 */
export function initialParameters(network: Network, seed: number): Readonly<Record<string, HostTensor>> {
  const fanIns = new Map<string, number>()
  for (const { name, shape, role } of network.parameters) {
    if (role === 'conv-weight' || role === 'linear-weight') fanIns.set(moduleOf(name), sizeOf(shape.slice(1)))
  }
  return Object.fromEntries(
    network.parameters.map((parameter) => {
      const fanIn = fanIns.get(moduleOf(parameter.name)) ?? 1
      // A stream a tensor: adding a layer does not change how the others start.
      const random = Random.fromSeed(seed, `initial ${parameter.name}`)
      return [parameter.name, float32Tensor(parameter.shape, initialValues(parameter, fanIn, random))]
    }),
  )
}

function initialValues({ shape, role }: ParameterSpec, fanIn: number, random: Random): Float32Array {
  const values = new Float32Array(sizeOf(shape))
  switch (role) {
    case 'conv-weight':
    case 'linear-weight':
      return values.map(() => Math.sqrt(2 / fanIn) * random.normal())
    case 'conv-bias':
    case 'linear-bias':
      return values.map(() => (2 * random.uniform() - 1) / Math.sqrt(fanIn))
    case 'bn-weight':
    case 'bn-variance':
      return values.fill(1)
    case 'prelu-slope':
      // As PyTorch starts it.
      return values.fill(0.25)
    case 'bn-bias':
    case 'bn-mean':
      return values
    default:
      return assertNever(role)
  }
}

function moduleOf(parameter: string): string {
  return parameter.slice(0, parameter.lastIndexOf('.'))
}
