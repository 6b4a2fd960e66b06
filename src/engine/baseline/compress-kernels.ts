/** The kernels of a network as a baseline stores them (docs/baselines.md). */
import { integerPlan } from '#engine/quantization/fake-quantization.ts'
import { storedParameters } from '#engine/quantization/stored-parameters.ts'
import type { CompressedTensor, CompressedTensors } from '#shared/compressed-tensor.ts'
import type { BaselineConfig } from '#shared/experiment-config.ts'
import type { HostTensor, HostTensors } from '#shared/host-tensor.ts'
import { Random } from '#shared/random.ts'
import { assertNever } from '#shared/result.ts'
import type { StoredTensor } from '#shared/stored-tensor.ts'
import { approximateByLowRank } from './low-rank.ts'
import { keptWeights, storedSparsely } from './magnitude-pruning.ts'
import { shareWeights } from './weight-sharing.ts'

/**
 * @param kernels [filters, channels, height, width] of every represented layer, by name
 * Throws `AppException` `invalid-config` when a weight does not fit its precision.
 */
export function compressKernels(kernels: HostTensors, config: BaselineConfig): CompressedTensors {
  switch (config.method) {
    case 'quantisation':
      return quantised(kernels, config.quantisation.precision)
    case 'weight-sharing': {
      const random = Random.fromSeed(config.seed, 'weight sharing')
      return each(kernels, (tensor) => shareWeights(tensor, config.weightSharing, random))
    }
    case 'low-rank':
      return each(kernels, (tensor) => approximateByLowRank(tensor, config.lowRank))
    case 'pruning':
      return storedSparsely(kernels, keptWeights(kernels, config.pruning.kept), config.pruning.values)
    default:
      return assertNever(config.method)
  }
}

function each(kernels: HostTensors, compress: (tensor: HostTensor) => CompressedTensor): CompressedTensors {
  return Object.fromEntries(Object.entries(kernels).map(([name, tensor]) => [name, compress(tensor)]))
}

/** Nearest codes, with the scale a filter that loses least in the mean square; or plain halves. */
function quantised(kernels: HostTensors, precision: BaselineConfig['quantisation']['precision']): CompressedTensors {
  const names = Object.keys(kernels)
  const stored = storedParameters(kernels, names, integerPlan(names, precision), 'float16')
  return Object.fromEntries(Object.entries(stored).map(([name, tensor]) => [name, withoutFloat32(name, tensor)]))
}

function withoutFloat32(name: string, tensor: StoredTensor): CompressedTensor {
  if (tensor.kind === 'float32') throw new RangeError(`${name} was to be compressed, not kept as float32`)
  return tensor
}
