/** The kernels of a network as a method stores them (docs/baselines.md). */
import type { BaselineConfig } from '#shared/methods/direct/config.ts'
import type { CompressedTensors } from '#shared/tensors/compressed-tensor.ts'
import type { HostTensors } from '#shared/tensors/host-tensor.ts'
import { lowRank } from '../low-rank/method.ts'
import { pruning } from '../pruning/method.ts'
import { quantisation } from '../quantisation/method.ts'
import { weightSharing } from '../weight-sharing/method.ts'
import type { CompressionPlan, KernelMethod } from './kernel-method.ts'

const kernelMethods: Readonly<Record<BaselineConfig['method'], KernelMethod>> = {
  quantisation,
  'weight-sharing': weightSharing,
  'low-rank': lowRank,
  pruning,
}

/** @param kernels [filters, channels, height, width] of every represented layer of the original, by name */
export function planCompression(kernels: HostTensors, config: BaselineConfig): CompressionPlan {
  return { quantisation: {}, masks: {}, ...kernelMethods[config.method].plan?.(kernels, config) }
}

/** As `KernelMethod.compress`. */
export function compressKernels(
  kernels: HostTensors,
  config: BaselineConfig,
  plan: CompressionPlan = planCompression(kernels, config),
  learned: HostTensors = {},
): CompressedTensors {
  return kernelMethods[config.method].compress(kernels, config, plan, learned)
}
