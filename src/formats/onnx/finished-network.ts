/** What the studio decides of a graph that was read: represented layers, feature maps, description and identifier. */
import { batchNormParameters } from '#networks/network.ts'
import type { Network, NetworkNode, ParameterSpec, RepresentedLayer } from '#networks/network.ts'
import { inputsOf } from '#networks/node-inputs.ts'
import { graphOfNetwork } from '#networks/own-graph.ts'
import { sizeOf, type HostTensors } from '#shared/tensors/host-tensor.ts'
import { ownGraphPrefix } from '#shared/network/network-graph.ts'
import { kernelSizeOf } from '#shared/tensors/represented-shape.ts'
import type { NamedFile } from '../file-error.ts'
import { graphIdentifier } from '../network-graph.ts'
import { fuseActivations } from './fuse-activations.ts'
import type { GraphImport } from './graph-import.ts'
import { onnxError } from './onnx-error.ts'

export interface FinishedNetwork {
  readonly network: Network
  readonly parameters: HostTensors
}

/**
 * The network of a graph that was read to its end. Throws `AppException`: `file-unsupported` for one without convolutions or
 * with a single class, `file-corrupt` for one that no description can hold.
 */
export function finishedNetwork(file: NamedFile, graph: GraphImport, output: string): FinishedNetwork {
  const nodes = reachable(fuseActivations(graph.nodes), output)
  const used = new Set(nodes.flatMap(parametersOf))
  const kept = graph.parameters.filter(({ spec }) => used.has(spec.name))
  const specs = kept.map(({ spec }) => spec)
  const representedLayers = layersToRepresent(specs)
  if (representedLayers.length === 0) {
    throw onnxError(file, 'file-unsupported', 'expected a network with convolutions, found none', 'graph')
  }
  const maps = featureMaps(nodes, (id) => graph.shapeOf(id).length === 3)
  const [classes] = graph.shapeOf(output)
  if (classes < 2) {
    const remedy = 'Export the network with one score for each of its classes, two for a choice of two.'
    throw onnxError(file, 'file-unsupported', 'expected scores of at least two classes, found one', 'graph', remedy)
  }
  const convolutions = nodes.filter(({ op }) => op === 'conv').length
  const network = {
    architecture: ownGraphPrefix,
    title: `ONNX graph with ${convolutions} convolution${convolutions === 1 ? '' : 's'}`,
    inputShape: graph.inputShape,
    classes,
    parameters: specs,
    nodes,
    output,
    representedLayers,
    featureMaps: { faithful: maps, documented: maps },
  }
  const description = graphOfNetwork(network)
  if (!description.ok) {
    throw onnxError(file, description.error.code, `its network: ${description.error.message}`, 'graph')
  }
  return {
    network: {
      ...network,
      architecture: graphIdentifier(description.value),
      preprocessing: graph.preprocessing,
      graph: description.value,
    },
    parameters: Object.fromEntries(kept.map(({ spec, value }) => [spec.name, value])),
  }
}

function reachable(nodes: readonly NetworkNode[], output: string): readonly NetworkNode[] {
  const byId = new Map(nodes.map((node) => [node.id, node]))
  const needed = new Set<string>()
  const open = [output]
  for (let id = open.pop(); id !== undefined; id = open.pop()) {
    if (needed.has(id)) continue
    needed.add(id)
    const node = byId.get(id)
    if (node !== undefined) open.push(...inputsOf(node))
  }
  return nodes.filter(({ id }) => needed.has(id))
}

function parametersOf(node: NetworkNode): readonly string[] {
  if (node.op === 'conv' || node.op === 'linear') return [node.weight, ...(node.bias === undefined ? [] : [node.bias])]
  if (node.op === 'prelu') return [node.slope]
  return node.op === 'batch-norm' ? batchNormParameters(node.prefix) : []
}

const usualKernelSize = 3

/**
 * Every convolution with kernels of at most 3 x 3, or of at most the size that holds the most weights: a predictor yields
 * kernels of the largest size, so a lone 7 x 7 stem would make all others dear (the zoo leaves it out, too).
 */
function layersToRepresent(parameters: readonly ParameterSpec[]): readonly RepresentedLayer[] {
  const layers = parameters.flatMap(({ name, shape, role }): readonly RepresentedLayer[] => {
    const [filters, channels, height, width] = shape
    if (role !== 'conv-weight' || filters === undefined || channels === undefined) return []
    return height === undefined || width === undefined ? [] : [{ name, shape: [filters, channels, height, width] }]
  })
  const weights = new Map<number, number>()
  for (const layer of layers) {
    const size = kernelSizeOf([layer])
    weights.set(size, (weights.get(size) ?? 0) + sizeOf(layer.shape))
  }
  const [usual] = [...weights].toSorted(([, left], [, right]) => right - left)[0] ?? [usualKernelSize]
  return layers.filter((layer) => kernelSizeOf([layer]) <= Math.max(usualKernelSize, usual))
}

/** Behind every convolution, after its batch-norm where it has one, and every sum: as the zoo has it for ResNets. */
function featureMaps(nodes: readonly NetworkNode[], isMap: (id: string) => boolean): readonly string[] {
  const normalised = new Set(nodes.flatMap((node) => (node.op === 'batch-norm' ? [node.input] : [])))
  const convolutions = new Set(nodes.filter(({ op }) => op === 'conv').map(({ id }) => id))
  return nodes
    .filter((node) => {
      if (node.op === 'batch-norm') return convolutions.has(node.input)
      return node.op === 'conv' ? !normalised.has(node.id) : node.op === 'add' && isMap(node.id)
    })
    .map(({ id }) => id)
}
