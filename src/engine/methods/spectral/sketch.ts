import type { Network } from '#networks/network.ts'
import type { SpectralConfig } from '#shared/methods/spectral/config.ts'
import type { HostTensors } from '#shared/tensors/host-tensor.ts'
import type { SketchPoint } from '#shared/protocol/trainer-protocol.ts'
import { AppException } from '#shared/basics/result.ts'

/** Placeholder until the mathematics is merged. */
export function sketch(
  _loaded: { readonly network: Network; readonly parameters: HostTensors },
  _config: SpectralConfig,
): Iterable<SketchPoint> {
  throw new AppException({ code: 'internal', message: 'Sketching is not merged yet.' })
}
