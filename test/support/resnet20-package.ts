import type { NernPackage } from '#formats/nern-package/writer.ts'
import { buildNetwork } from '#networks/architectures.ts'
import { initialParameters } from '#networks/initial-parameters.ts'
import { AppException } from '#shared/result.ts'
import type { StoredTensor } from '#shared/stored-tensor.ts'
import { madeUpPackage, type MadeUpOptions } from './made-up-package.ts'

const architecture = 'resnet20-cifar-b'

/** A package of a ResNet-20 with a small random predictor, and what it keeps of an untrained network. */
export function resnet20Package(options: Omit<MadeUpOptions, 'layers' | 'keptShapes'> = {}): NernPackage {
  const built = buildNetwork(architecture, 10)
  if (!built.ok) throw new AppException(built.error)
  const network = built.value
  const layers = network.representedLayers.map(({ name, shape }) => ({ name, shape: [...shape] as const }))
  const represented = new Set(layers.map(({ name }) => name))
  const kept = Object.entries(initialParameters(network, 1))
    .filter(([name]) => !represented.has(name))
    .map(([name, { shape, data }]): [string, StoredTensor] => [
      name,
      { kind: 'float32', shape, values: Float32Array.from(data) },
    ])
  const content = madeUpPackage({
    hiddenSize: 24,
    ...options,
    layers: layers.map(({ name, shape: [f, c, h, w] }) => ({ name, shape: [f, c, h, w] })),
  })
  return { ...content, network: { ...content.network, architecture, classes: 10 }, kept: Object.fromEntries(kept) }
}
