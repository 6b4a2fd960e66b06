/** Everything in a spectral package, as its writer takes it and its reader gives it (docs/format.md). */
import type { KernelTransform, SpectralLayer } from '../tensors/spectral-layer.ts'
import type { StoredTensors } from '../tensors/stored-tensor.ts'
import type { PackageDescription } from './package-description.ts'

export interface SpectralPackage extends Pick<PackageDescription, 'network' | 'config' | 'accuracies'> {
  readonly transform: KernelTransform
  /** Quantisation step that the exponents of all layers are relative to, in units of the original weights. */
  readonly step: number
  /** Coded layers, in the order in which the network computes them. */
  readonly layers: readonly SpectralLayer[]
  /** All tensors that are neither coded nor folded nor a coded bias, by their original names. */
  readonly kept: StoredTensors
}
