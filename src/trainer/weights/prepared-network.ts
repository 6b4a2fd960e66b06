/** A network file read, recognised and brought to the studio's own form: what an import stores and an inspection shows. */
import { basename } from 'node:path'
import { namedPreprocessing, networkMetadata } from '#formats/network-metadata.ts'
import { writeSafetensors } from '#formats/safetensors/writer.ts'
import { describeNetwork } from '#networks/network-description.ts'
import { networkShape } from '#networks/network-shape.ts'
import { completePreprocessing } from '#networks/preprocessing.ts'
import type { PreprocessingChanges } from '#shared/network/preprocessing.ts'
import type { RecognisedNetwork, StateDictChoice } from '#shared/protocol/trainer-protocol.ts'
import { tellPhase, type JobContext } from '../process/job-context.ts'
import { readNetworkFile, type NetworkFileOptions } from './foreign-network.ts'
import { sha256Hex } from '../sha256.ts'
import type { LoadedNetwork } from './stored-network.ts'

export interface NetworkSource extends NetworkFileOptions {
  readonly sourcePath: string
  /** Goes before what the file says, and that before what is usual for the architecture. */
  readonly preprocessing: PreprocessingChanges
}

export interface PreparedNetwork {
  readonly recognised: RecognisedNetwork
  /** What another key could have named; empty for ONNX. */
  readonly stateDicts: readonly StateDictChoice[]
  /** The network itself, with its preprocessing. */
  readonly loaded: LoadedNetwork
  /** The studio's own form, a safetensors file. */
  readonly bytes: Uint8Array
}

/** Throws `AppException`: the errors of `readNetworkFile`, and `invalid-argument` for a preprocessing that does not fit. */
export async function prepareNetwork(
  source: NetworkSource,
  context: Pick<JobContext, 'send' | 'breathe'>,
): Promise<PreparedNetwork> {
  const { sourcePath } = source
  tellPhase(context, 'reading')
  const read = await readNetworkFile(sourcePath, source)
  const { network, parameters, format, evidence, notes, stateDicts, metadata } = read
  const { mean, standardDeviation } = source.preprocessing
  const isNamedByUser = mean !== undefined && standardDeviation !== undefined
  const named = isNamedByUser ? undefined : namedPreprocessing({ name: basename(sourcePath) }, metadata)
  const preprocessing = completePreprocessing(network, source.preprocessing, named)
  const completed = { ...network, preprocessing }
  tellPhase(context, 'measuring the layers')
  await context.breathe()
  const description = describeNetwork(completed, parameters)
  tellPhase(context, 'writing')
  await context.breathe()
  const bytes = writeSafetensors(Object.entries(parameters), networkMetadata(completed))
  const recognised: RecognisedNetwork = {
    architecture: network.architecture,
    classes: network.classes,
    description,
    shape: networkShape(completed),
    inputShape: network.inputShape,
    format,
    evidence,
    notes: [...notes],
    sha256: sha256Hex(bytes),
    sizeBytes: bytes.length,
  }
  return { recognised, stateDicts, loaded: { network: completed, parameters }, bytes }
}
