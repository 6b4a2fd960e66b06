/**
 * Which network a file's weights belong to: one of the zoo, by its identifier, or one of its own, whose description
 * stands in the file under `graph`. The identifier of such a network is a digest of its description.
 */
import { createHash } from 'node:crypto'
import { buildNetwork } from '#networks/architectures.ts'
import type { Network } from '#networks/network.ts'
import { networkOfGraph } from '#networks/own-graph.ts'
import {
  isOwnGraph,
  networkGraphSchema,
  networkGraphVersion,
  ownGraphPrefix,
  type NetworkGraph,
} from '#shared/network/network-graph.ts'
import { AppException } from '#shared/basics/result.ts'
import type { PackagedNetwork } from '#shared/package/package-description.ts'
import { fileError, quoted, type NamedFile } from './file-error.ts'
import { graphKey, networkMetadata } from './network-metadata.ts'

const digestLength = 16

export interface NetworkReference {
  readonly architecture: string
  readonly classes: number
}

/** `graph-` and the first 16 digits of the SHA-256 of the description as JSON with its keys in the schema's order. */
export function graphIdentifier(graph: NetworkGraph): string {
  const digest = createHash('sha256')
    .update(JSON.stringify(networkGraphSchema.parse(graph)))
    .digest('hex')
  return `${ownGraphPrefix}${digest.slice(0, digestLength)}`
}

/**
 * The network that `reference` names. Throws `AppException`: `not-found` for an identifier that neither the zoo nor the
 * file knows; `file-corrupt`, `file-unsupported`, `file-unsafe` for a description that is damaged, of another version, or
 * not the one that the identifier was made of.
 */
export function networkOf(
  file: NamedFile,
  { architecture, classes }: NetworkReference,
  metadata: Readonly<Record<string, string>>,
): Network {
  if (!isOwnGraph(architecture)) {
    const built = buildNetwork(architecture, classes)
    if (built.ok) return built.value
    throw new AppException(built.error)
  }
  const network = networkInMetadata(file, metadata)
  if (network === undefined) {
    throw fileError(file, 'file-corrupt', `expected the description of ${architecture}, found none`, where)
  }
  assertReference(file, network, { architecture, classes })
  return network
}

/** The network that a package names, with its preprocessing. Throws as `networkOf`. */
export function packagedGraph(file: NamedFile, packaged: PackagedNetwork): Network {
  return { ...networkOf(file, packaged, networkMetadata(packaged)), preprocessing: packaged.preprocessing }
}

/** The network that a safetensors file describes itself; undefined when it describes none. Throws as `networkOf`. */
export function networkInMetadata(file: NamedFile, metadata: Readonly<Record<string, string>>): Network | undefined {
  const text = Object.hasOwn(metadata, graphKey) ? metadata[graphKey] : undefined
  if (text === undefined) return undefined
  const graph = parseGraph(file, text)
  const network = networkOfGraph(graph, graphIdentifier(graph))
  if (network.ok) return network.value
  const { code, message, where: part = '' } = network.error
  throw fileError(file, code, `its network: ${message}`, `${where}, ${quoted(part)}`)
}

const where = `metadata ${quoted(graphKey)}`

function parseGraph(file: NamedFile, text: string): NetworkGraph {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw fileError(
      file,
      'file-corrupt',
      `expected JSON as ${where}, found something else (${reason.slice(0, 120)})`,
      where,
    )
  }
  const version = typeof value === 'object' && value !== null && 'version' in value ? value.version : undefined
  if (typeof version === 'number' && version !== networkGraphVersion) {
    const problem = `expected a network description of version ${networkGraphVersion}, found version ${version}`
    throw fileError(file, 'file-unsupported', problem, where, 'Update the studio.')
  }
  const parsed = networkGraphSchema.safeParse(value)
  if (parsed.success) return parsed.data
  const [issue] = parsed.error.issues
  const field = issue?.path.join('.') ?? ''
  const problem = `description of its network, ${quoted(field)}: ${issue?.message ?? 'not as expected'}`
  throw fileError(file, 'file-corrupt', problem, `${where}, ${quoted(field)}`)
}

function assertReference(file: NamedFile, found: Network, wanted: NetworkReference): void {
  if (found.architecture === wanted.architecture && found.classes === wanted.classes) return
  const problem = `expected the network ${wanted.architecture} of ${wanted.classes} classes, found ${found.architecture} of ${found.classes}`
  throw fileError(file, 'file-corrupt', problem, where)
}
