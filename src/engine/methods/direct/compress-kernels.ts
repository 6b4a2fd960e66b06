/** The kernels of a network as a baseline stores them (docs/baselines.md). */
import { integerPlan, type QuantisationPlan } from '#engine/quantisation/fake-quantization.ts'
import { storedParameters } from '#engine/quantisation/stored-parameters.ts'
import type { CompressedTensor, CompressedTensors } from '#shared/tensors/compressed-tensor.ts'
import type { BaselineConfig } from '#shared/methods/direct/config.ts'
import type { HostTensor, HostTensors } from '#shared/tensors/host-tensor.ts'
import { Random } from '#shared/basics/random.ts'
import { assertNever } from '#shared/basics/result.ts'
import type { StoredTensor } from '#shared/tensors/stored-tensor.ts'
import { approximateByLowRank } from '../low-rank/low-rank.ts'
import { keptWeights, storedSparsely, type KernelMasks } from '../pruning/magnitude-pruning.ts'
import { shareWeights } from '../weight-sharing/weight-sharing.ts'

/** What is decided from the original network and stays so while its copy is trained. */
export interface CompressionPlan {
  /** Kernels that become integers, with their bits. */
  readonly quantisation: QuantisationPlan
  /** Kernels of which only some weights are stored. */
  readonly masks: KernelMasks
}

/** @param kernels [filters, channels, height, width] of every represented layer of the original, by name */
export function planCompression(kernels: HostTensors, config: BaselineConfig): CompressionPlan {
  const { method, quantisation, pruning } = config
  return {
    quantisation: method === 'quantisation' ? integerPlan(Object.keys(kernels), quantisation.precision) : {},
    masks: method === 'pruning' ? keptWeights(kernels, pruning.kept) : {},
  }
}

/**
 * @param kernels as they are to be stored: of the original, or of its trained copy
 * @param learned entries of `scaleName` where scales were learned; those that round best are taken for the others
 * Throws `AppException` `invalid-config` when a weight does not fit its precision.
 */
export function compressKernels(
  kernels: HostTensors,
  config: BaselineConfig,
  plan: CompressionPlan = planCompression(kernels, config),
  learned: HostTensors = {},
): CompressedTensors {
  switch (config.method) {
    case 'quantisation':
      return quantised(kernels, plan.quantisation, learned)
    case 'weight-sharing': {
      const random = Random.fromSeed(config.seed, 'weight sharing')
      return each(kernels, (tensor) => shareWeights(tensor, config.weightSharing, random))
    }
    case 'low-rank':
      return each(kernels, (tensor) => approximateByLowRank(tensor, config.lowRank))
    case 'pruning':
      return storedSparsely(kernels, plan.masks, config.pruning.values)
    default:
      return assertNever(config.method)
  }
}

function each(kernels: HostTensors, compress: (tensor: HostTensor) => CompressedTensor): CompressedTensors {
  return Object.fromEntries(Object.entries(kernels).map(([name, tensor]) => [name, compress(tensor)]))
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
