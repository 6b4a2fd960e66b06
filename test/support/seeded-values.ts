/** Numbers that test/fixtures/networks/seeded_values.py computes, too, so that no weights need to be stored. */
import type { Network } from '#networks/network.ts'
import { float32Tensor, sizeOf, type HostTensor, type HostTensors } from '#shared/tensors/host-tensor.ts'

/** Uniform in [low, high): a hash of the tensor's name and the position of the element. */
export function seededTensor(name: string, shape: readonly number[], low: number, high: number): HostTensor {
  let seed = 2_166_136_261
  for (const byte of new TextEncoder().encode(name)) seed = Math.imul(seed ^ byte, 16_777_619) >>> 0
  const values = new Float32Array(sizeOf(shape))
  for (let at = 0; at < values.length; at++) {
    let hash = (Math.imul(at, 2_654_435_761) + seed) >>> 0
    hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
    hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35)
    hash = (hash ^ (hash >>> 16)) >>> 0
    values[at] = low + (high - low) * (hash / 2 ** 32)
  }
  return float32Tensor(shape, values)
}

/** All parameters of a network. */
export function seededParameters(network: Network): HostTensors {
  return Object.fromEntries(network.parameters.map(({ name, shape }) => [name, seededParameter(name, shape)]))
}

function seededParameter(name: string, shape: readonly number[]): HostTensor {
  if (name.endsWith('running_mean')) return seededTensor(name, shape, -0.1, 0.1)
  if (name.endsWith('running_var')) return seededTensor(name, shape, 0.5, 1.5)
  if (shape.length > 1) {
    const bound = Math.sqrt(6 / sizeOf(shape.slice(1)))
    return seededTensor(name, shape, -bound, bound)
  }
  return name.endsWith('weight') ? seededTensor(name, shape, 0.5, 1.5) : seededTensor(name, shape, -0.2, 0.2)
}
