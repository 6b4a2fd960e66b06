import type { SpectralConfig } from '#shared/methods/spectral/config.ts'
import type { LayerReconstruction } from '#shared/experiment/results.ts'
import type { SpectralPackage } from '#shared/package/spectral-package.ts'
import type { Network } from '#networks/network.ts'
import type { SizeBreakdown } from '#shared/package/accounting.ts'
import { AppException } from '#shared/basics/result.ts'
import type { LoadedNetwork } from '../../weights/stored-network.ts'

/** Placeholder until the mathematics is merged. */
export function encodeNetwork(
  _loaded: LoadedNetwork,
  _sha256: string,
  _config: SpectralConfig,
  _options: { readonly breathe: () => Promise<void> },
): Promise<{
  readonly content: SpectralPackage
  readonly written: Uint8Array<ArrayBuffer>
  readonly relativeError: number
  readonly layers: readonly LayerReconstruction[]
}> {
  throw new AppException({ code: 'internal', message: 'Coding is not merged yet.' })
}

/** Placeholder until the mathematics is merged. */
export function spectralPackageSizes(_written: Uint8Array, _network: Network): SizeBreakdown {
  throw new AppException({ code: 'internal', message: 'Sizes are not merged yet.' })
}
