import {
  baselineDescriptionSchema,
  baselinePackageVersions,
  type BaselineDescription,
} from '#shared/package/baseline-description.ts'
import type { StoredTensors } from '#shared/tensors/stored-tensor.ts'
import type { CompressedTensors } from '#shared/tensors/compressed-tensor.ts'
import type { PackageKind } from '../package-container/kind.ts'

export const baselinePackageKind: PackageKind<BaselineDescription> = {
  markKey: 'nern-baseline',
  versions: baselinePackageVersions,
  title: 'package of a baseline',
  origin: 'Give a .baseline.safetensors file written by `studio export`.',
  schema: baselineDescriptionSchema,
}

/** Everything in a baseline's package. */
export interface BaselinePackage extends Pick<BaselineDescription, 'network' | 'config' | 'accuracies'> {
  /** Kernels of the represented layers, by their original names. */
  readonly layers: CompressedTensors
  /** All other tensors, by their original names. */
  readonly kept: StoredTensors
}
