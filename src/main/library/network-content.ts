import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { openFileSource } from '#formats/byte-source.ts'
import { isOwnGraph, networkOf } from '#formats/network-graph.ts'
import { namedPreprocessing } from '#formats/network-metadata.ts'
import { openSafetensors, readSafetensors } from '#formats/safetensors/reader.ts'
import { networkStatistics } from '#networks/network-statistics.ts'
import type { Network } from '#networks/network.ts'
import { float32Tensor, sizeOf, type HostTensor } from '#shared/host-tensor.ts'
import { defaultPreprocessing } from '#shared/preprocessing.ts'
import type { LayerStatistics, NetworkRecord } from '#shared/records.ts'
import { AppException } from '#shared/result.ts'
import { networkPath, type StoreLayout } from '../store/layout.ts'

/**
 * The graph of a stored network: the zoo's, or the one its own file describes; with the preprocessing of its record.
 * Throws `not-found` when this studio's zoo has none of this name, and the errors of a file that cannot be read.
 */
export async function storedNetwork(
  layout: StoreLayout,
  record: Pick<NetworkRecord, 'architecture' | 'classes' | 'sha256' | 'preprocessing'>,
): Promise<Network> {
  const path = networkPath(layout, record.sha256)
  const file = { name: basename(path) }
  const { preprocessing } = record
  if (!isOwnGraph(record.architecture)) return { ...networkOf(file, record, {}), preprocessing }
  const source = await openFileSource(path)
  if (!source.ok) throw new AppException(source.error)
  try {
    const header = await openSafetensors(source.value)
    if (!header.ok) throw new AppException(header.error)
    return { ...networkOf(file, record, header.value.metadata), preprocessing }
  } finally {
    await source.value.close()
  }
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
  const content = readSafetensors(await readFile(path), basename(path))
  if (!content.ok) throw new AppException(content.error)
  const network = networkOf({ name: basename(path) }, { architecture, classes }, content.value.metadata)
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
