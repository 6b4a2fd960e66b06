import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { namedPreprocessing } from '#formats/network-metadata.ts'
import { readSafetensors } from '#formats/safetensors/reader.ts'
import { buildNetwork } from '#networks/architectures.ts'
import { networkStatistics } from '#networks/network-statistics.ts'
import type { Network } from '#networks/network.ts'
import { float32Tensor, sizeOf, type HostTensor } from '#shared/host-tensor.ts'
import { defaultPreprocessing } from '#shared/preprocessing.ts'
import type { LayerStatistics, NetworkRecord } from '#shared/records.ts'
import { AppException } from '#shared/result.ts'

/** The network of a stored architecture. Throws `not-found` when this studio's zoo has none. */
export function zooNetwork(architecture: string, classes: number): Network {
  const built = buildNetwork(architecture, classes)
  if (!built.ok) throw new AppException(built.error)
  return built.value
}

/** What a record says of a network, and the statistics of its layers, from its stored file. */
export async function describeNetwork(
  path: string,
  architecture: string,
  classes: number,
): Promise<{
  readonly counts: Pick<NetworkRecord, 'title' | 'parameters' | 'representedWeights' | 'kernels' | 'preprocessing'>
  readonly layers: readonly LayerStatistics[]
}> {
  const network = zooNetwork(architecture, classes)
  const content = readSafetensors(await readFile(path), basename(path))
  if (!content.ok) throw new AppException(content.error)
  const tensors: Record<string, HostTensor> = {}
  for (const [name, tensor] of content.value.tensors) tensors[name] = float32Tensor(tensor.shape, tensor.toFloat32())
  const layers = networkStatistics(network, tensors).map(({ smoothness, kind: _kind, ...statistics }) => ({
    ...statistics,
    ...(smoothness === null ? {} : { smoothness }),
  }))
  const represented = network.representedLayers
  // Running statistics of batch-norm are stored, but they are not learned.
  const learned = network.parameters.filter(({ role }) => role !== 'bn-mean' && role !== 'bn-variance')
  return {
    counts: {
      title: network.title,
      parameters: learned.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
      representedWeights: represented.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
      kernels: represented.reduce((sum, { shape }) => sum + shape[0] * shape[1], 0),
      preprocessing: namedPreprocessing({ name: basename(path) }, content.value.metadata) ?? defaultPreprocessing,
    },
    layers,
  }
}
