import type { QuantisationPlan } from '#engine/quantisation/fake-quantisation.ts'
import type { BaselineConfig } from '#shared/methods/direct/config.ts'
import type { CompressedTensor, CompressedTensors } from '#shared/tensors/compressed-tensor.ts'
import type { HostTensor, HostTensors } from '#shared/tensors/host-tensor.ts'

/** 1 for every weight that is kept, by layer. */
export type KernelMasks = Readonly<Record<string, Uint8Array>>

/** What is decided from the original network and stays so while its copy is trained. */
export interface CompressionPlan {
  /** Kernels that become integers, with their bits. */
  readonly quantisation: QuantisationPlan
  /** Kernels of which only some weights are stored. */
  readonly masks: KernelMasks
}

/** The mathematics of one method that stores kernels themselves. */
export interface KernelMethod {
  /**
   * Absent where nothing is decided before the kernels are compressed.
   * @param kernels [filters, channels, height, width] of every represented layer of the original, by name
   */
  plan?(kernels: HostTensors, config: BaselineConfig): Partial<CompressionPlan>
  /**
   * @param kernels as they are to be stored: of the original, or of its trained copy
   * @param learned entries of `scaleName` where scales were learned; those that round best are taken for the others
   * Throws `AppException` `invalid-config` when a weight does not fit its precision.
   */
  compress(kernels: HostTensors, config: BaselineConfig, plan: CompressionPlan, learned: HostTensors): CompressedTensors
}

/** Compresses layer by layer. */
export function eachLayer(kernels: HostTensors, compress: (tensor: HostTensor) => CompressedTensor): CompressedTensors {
  return Object.fromEntries(Object.entries(kernels).map(([name, tensor]) => [name, compress(tensor)]))
}
