import type { NernPackage } from '#formats/nern-package/writer.ts'
import { buildNetwork } from '#networks/architectures.ts'
import { initialParameters } from '#networks/initial-parameters.ts'
import { withRepresentedLayers } from '#networks/linear-layers.ts'
import type { RemainderPrecision } from '#shared/experiment/config-fields.ts'
import { AppException } from '#shared/basics/result.ts'
import { packagedLayer } from '#trainer/methods/nern/packaged-weights.ts'
import { storedRemainderOf } from '#trainer/weights/stored-network.ts'
import { madeUpPackage, type MadeUpOptions } from './made-up-package.ts'

const architecture = 'resnet20-cifar-b'

export interface Resnet20Options extends Omit<MadeUpOptions, 'layers' | 'keptShapes' | 'kept'> {
  readonly remainder?: RemainderPrecision
  /** Whether the predictor represents the classifier too. */
  readonly linearLayers?: boolean
  /** Whether it sees kernels of 1 x 1, as those of the classifier are, in tiles. */
  readonly tiles?: boolean
}

/** A package of a ResNet-20 with a small random predictor, and what it keeps of an untrained network. */
export function resnet20Package({
  linearLayers = false,
  tiles = false,
  ...options
}: Resnet20Options = {}): NernPackage {
  const built = buildNetwork(architecture, 10)
  if (!built.ok) throw new AppException(built.error)
  const network = withRepresentedLayers(built.value, { linearLayers, tiles })
  const layers = network.representedLayers.map(packagedLayer)
  const kept = storedRemainderOf({ network, parameters: initialParameters(network, 1) }, options.remainder ?? 'float32')
  const content = madeUpPackage({ hiddenSize: 24, ...options, layers })
  return { ...content, network: { ...content.network, architecture, classes: 10 }, kept }
}
