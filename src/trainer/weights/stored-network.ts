/** A stored network: its graph, from the zoo or from its own file, and its parameters and preprocessing from the file. */
import { basename } from 'node:path'
import { readWeightsFile } from '#formats/weights-file/reader.ts'
import { networkOf } from '#formats/network-graph.ts'
import { namedPreprocessing, networkMetadata } from '#formats/network-metadata.ts'
import { writeSafetensors } from '#formats/safetensors/writer.ts'
import type { Network } from '#networks/network.ts'
import { storedRemainder } from '#engine/quantisation/stored-parameters.ts'
import type { RemainderPrecision } from '#shared/experiment/config-fields.ts'
import { float32Tensor, type HostTensors } from '#shared/tensors/host-tensor.ts'
import type { PackagedNetwork } from '#shared/package/package-description.ts'
import { defaultPreprocessing } from '#shared/network/preprocessing.ts'
import { AppException } from '#shared/basics/result.ts'
import type { StoredTensors } from '#shared/tensors/stored-tensor.ts'

export interface LoadedNetwork {
  readonly network: Network
  readonly parameters: HostTensors
}

/** Throws `AppException` when the file is damaged or lacks a parameter of the architecture. */
export async function loadNetwork(input: {
  readonly path: string
  readonly architecture: string
  readonly classes: number
}): Promise<LoadedNetwork> {
  const file = await readWeightsFile(input.path)
  if (!file.ok) throw new AppException(file.error)
  const network = networkOf({ name: basename(input.path) }, input, file.value.metadata)
  const parameters = network.parameters.map(({ name, shape }) => {
    const tensor = file.value.tensors.get(name)
    if (tensor === undefined || tensor.shape.join() !== shape.join()) {
      throw new AppException({
        code: 'file-corrupt',
        message: `The stored network lacks ${name} of shape [${shape.join(', ')}].`,
        where: input.path,
        remedy: 'Import the network again.',
      })
    }
    return [name, float32Tensor(shape, tensor.toFloat32())] as const
  })
  // Of the file and of nothing else: the hash that names it, and with it every result, covers this too.
  const preprocessing = namedPreprocessing({ name: basename(input.path) }, file.value.metadata) ?? defaultPreprocessing
  return { network: { ...network, preprocessing }, parameters: Object.fromEntries(parameters) }
}

/** Bytes of a safetensors file with every tensor of a reconstructed network under its original name. */
export function reconstructedFile(network: Network, tensors: HostTensors): Uint8Array<ArrayBuffer> {
  return writeSafetensors(Object.entries(tensors), networkMetadata(network))
}

/** The parameters of a network in two: kernels of its represented layers, in their order, and all others. */
export function representedAndKept({ network, parameters }: LoadedNetwork): {
  readonly represented: HostTensors
  readonly kept: HostTensors
} {
  const names = new Set(network.representedLayers.map(({ name }) => name))
  const entries = Object.entries(parameters)
  const represented = [...names].flatMap((name) => entries.filter(([candidate]) => candidate === name))
  return {
    represented: Object.fromEntries(represented),
    kept: Object.fromEntries(entries.filter(([name]) => !names.has(name))),
  }
}

/**
 * All that a network has beside its represented weights, as it is stored. @param parameters of the network, represented ones
 * or not
 */
export function storedRemainderOf(loaded: LoadedNetwork, precision: RemainderPrecision): StoredTensors {
  const variances = loaded.network.parameters.filter(({ role }) => role === 'bn-variance').map(({ name }) => name)
  return storedRemainder(representedAndKept(loaded).kept, precision, new Set(variances))
}

/** What a package says of the original network. @param sha256 of its stored file */
export function packagedNetwork(
  { architecture, classes, preprocessing, graph }: Network,
  sha256: string,
): PackagedNetwork {
  return { architecture, classes, sha256, preprocessing, ...(graph === undefined ? {} : { graph }) }
}
