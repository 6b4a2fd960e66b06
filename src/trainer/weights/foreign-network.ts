/** A network file of any kind the studio reads, as a network with its weights. */
import { basename } from 'node:path'
import { withFileSource, type ByteSource } from '#formats/byte-source.ts'
import { readWeightsFile } from '#formats/weights-file/reader.ts'
import { float32View } from '#formats/file-tensor.ts'
import { packageFormatOf } from '#formats/package-container/formats.ts'
import { networkInMetadata } from '#formats/network-graph.ts'
import { namedArchitecture } from '#formats/network-metadata.ts'
import { isOnnx, readOnnx } from '#formats/onnx/reader.ts'
import { architectures, type Architecture } from '#networks/architectures.ts'
import { matchArchitecture } from '#networks/matching.ts'
import type { Network } from '#networks/network.ts'
import { float32Tensor, sizeOf, type HostTensors } from '#shared/tensors/host-tensor.ts'
import { isOwnGraph } from '#shared/network/network-graph.ts'
import { AppException, unwrap } from '#shared/basics/result.ts'
import type { StateDictChoice } from '#shared/protocol/trainer-protocol.ts'

export interface ReadNetwork {
  readonly network: Network
  /** May share memory with the bytes of the file: do not write to them. */
  readonly parameters: HostTensors
  readonly format: string
  /** How the network is known, for people. */
  readonly evidence: string
  /** What was done to the content of the file to make it a network, a sentence each. */
  readonly notes: readonly string[]
  /** What a weights file holds, for a key to name; empty for ONNX. */
  readonly stateDicts: readonly StateDictChoice[]
  /** Of a safetensors file; empty for others. */
  readonly metadata: Readonly<Record<string, string>>
}

/** What the user says of a file that does not say it itself. */
export interface NetworkFileOptions {
  /** Of the zoo, for a state dict that fits several. */
  readonly architecture?: string | undefined
  /** Which of the state dicts of a weights file, by its path of keys: `state_dict_ema`. */
  readonly key?: string | undefined
  /** Height and width in pixels of what an ONNX graph looks at, where it leaves them free. */
  readonly inputSize?: number | undefined
}

const probeBytes = 16

/**
 * Recognised by content: an ONNX graph is a network by itself; a state dict is matched to the zoo by names and shapes, or
 * to the graph that its own file describes. Throws `AppException`: the errors of the readers, of matching, and
 * `invalid-argument` for an architecture that does not exist, and for an option of another kind of file.
 */
export function readNetworkFile(path: string, options: NetworkFileOptions = {}): Promise<ReadNetwork> {
  return withFileSource(path, async (source) => {
    const probe = await source.read(0, Math.min(probeBytes, source.size))
    const read = isOnnx(probe) ? await fromOnnx(source, options) : await fromWeightsFile(path, source, options)
    assertFinite(path, read.parameters)
    return read
  })
}

async function fromOnnx(
  source: ByteSource,
  { architecture, key, inputSize }: NetworkFileOptions,
): Promise<ReadNetwork> {
  if (architecture !== undefined || key !== undefined) {
    throw new AppException({
      code: 'invalid-argument',
      message: `${source.name} is an ONNX graph and describes its own network.`,
      where: source.name,
      remedy: `Import it without naming ${architecture === undefined ? 'a key' : 'an architecture'}.`,
    })
  }
  const { network, parameters, model, notes } = unwrap(await readOnnx(source, { inputSize }))
  const evidence = `${model.nodes} nodes of operator set ${model.opset}${model.producer === '' ? '' : ` by ${model.producer}`}`
  return { network, parameters, format: 'onnx', evidence, notes, stateDicts: [], metadata: {} }
}

async function fromWeightsFile(
  path: string,
  source: ByteSource,
  { architecture, key, inputSize }: NetworkFileOptions,
): Promise<ReadNetwork> {
  if (inputSize !== undefined) {
    throw new AppException({
      code: 'invalid-argument',
      message: `${source.name} is a weights file; the size of its images follows from its architecture.`,
      where: source.name,
      remedy: 'Import it without an input size; its preprocessing says how images are resized.',
    })
  }
  const file = unwrap(await readWeightsFile(source, { key }))
  if (packageFormatOf(file.metadata) !== undefined) {
    throw new AppException({
      code: 'file-unsupported',
      message: `${basename(path)} is a compressed package, not a weights file.`,
      where: path,
      remedy: 'Turn it into weights first (studio reconstruct FILE --out W.safetensors), then import those.',
    })
  }
  const isOwn = architecture === undefined || isOwnGraph(architecture)
  const own = isOwn ? networkInMetadata(source, file.metadata) : undefined
  const shapes = [...file.tensors].map(([name, { shape }]) => ({ name, shape }))
  const { network, rename, notes } =
    own === undefined
      ? unwrap(matchArchitecture(shapes, candidatesOf(architecture), namedArchitecture(file.metadata)))
      : { network: own, rename: new Map<string, string>(), notes: [] }
  const sources = new Map([...rename].map(([fileName, parameter]) => [parameter, fileName]))
  const parameters = network.parameters.map(({ name, shape }) => {
    const tensor = file.tensors.get(sources.get(name) ?? name)
    // Of a file that was matched, what is a linear layer here may be a convolution over the whole map there.
    const isFitting =
      own === undefined ? sizeOf(tensor?.shape ?? []) === sizeOf(shape) : tensor?.shape.join() === shape.join()
    if (tensor === undefined || !isFitting) {
      throw new AppException({
        code: own === undefined ? 'internal' : 'file-corrupt',
        message: `${basename(path)} lacks the tensor ${name} of shape [${shape.join(', ')}].`,
        where: `${path}, tensor ${name}`,
        remedy: 'Export the network again.',
      })
    }
    return [name, float32Tensor(shape, float32View(tensor))] as const
  })
  const evidence =
    own === undefined
      ? `${network.parameters.length} tensors match ${network.title} by name and shape`
      : `${network.parameters.length} tensors of the graph that the file describes`
  return {
    network,
    parameters: Object.fromEntries(parameters),
    format: file.format,
    evidence,
    notes: [...file.notes, ...notes],
    stateDicts: file.choices,
    metadata: file.metadata,
  }
}

function candidatesOf(architecture: string | undefined): readonly Architecture[] {
  const candidates = architecture === undefined ? architectures : architectures.filter(({ id }) => id === architecture)
  if (candidates.length > 0) return candidates
  throw new AppException({
    code: 'invalid-argument',
    message: `There is no architecture ${architecture ?? ''}.`,
    remedy: `Use one of ${architectures.map(({ id }) => id).join(', ')}.`,
  })
}

function assertFinite(path: string, parameters: HostTensors): void {
  for (const [name, { data }] of Object.entries(parameters)) {
    const index = data.findIndex((value) => !Number.isFinite(value))
    if (index < 0) continue
    throw new AppException({
      code: 'file-corrupt',
      message: `The tensor ${name} holds ${String(data[index])}, expected finite weights.`,
      where: `${path}, tensor ${name}, element ${index}`,
      remedy: 'Export the network again; its training may have diverged.',
    })
  }
}
