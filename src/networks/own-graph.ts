/** Networks that are none of the zoo's: read from their description, checked as a whole, and written down again. */
import { sizeOf } from '#shared/tensors/host-tensor.ts'
import { networkGraphSchema, networkGraphVersion, type NetworkGraph } from '#shared/network/network-graph.ts'
import { defaultPreprocessing } from '#shared/network/preprocessing.ts'
import { fail, ok, type AppErrorCode, type Result } from '#shared/basics/result.ts'
import type { Network, ParameterSpec, RepresentedLayer } from './network.ts'
import { nodeShapes } from './node-shape.ts'

/** 8 GB of weights in float32: beyond any network this method was made for. */
const mostValues = 2 ** 31

/**
 * The network that `graph` describes, under the identifier `architecture`; its preprocessing is no part of it. Errors: `file-corrupt` when its parts do not
 * fit each other, with the node or parameter; `file-unsafe` when it would take absurd memory.
 */
export function networkOfGraph(graph: NetworkGraph, architecture: string): Result<Network> {
  const broken = (message: string, where: string, code: AppErrorCode = 'file-corrupt') =>
    fail({ code, message, where, remedy: 'Import the network again from its own file.' })

  const parameters = new Map<string, ParameterSpec>()
  let values = 0
  for (const parameter of graph.parameters) {
    if (parameters.has(parameter.name)) return broken('A parameter is described twice.', parameter.name)
    parameters.set(parameter.name, parameter)
    values += sizeOf(parameter.shape)
    if (values > mostValues) return broken(`It has more than ${mostValues} values.`, parameter.name, 'file-unsafe')
  }

  const found = nodeShapes(graph)
  if (!found.ok) return broken(found.error.message, found.error.where ?? '', found.error.code)
  const shapes = found.value
  if (shapes.get(graph.output)?.join() !== String(graph.classes)) {
    return broken(`The output is not a vector of ${graph.classes} numbers.`, graph.output)
  }
  const wrongMap = graph.featureMaps.find((id) => shapes.get(id)?.length !== 3)
  if (wrongMap !== undefined) return broken('No node of this name yields a map.', wrongMap)

  const represented = new Map<string, RepresentedLayer>()
  for (const name of graph.representedLayers) {
    const { role, shape = [] } = parameters.get(name) ?? {}
    const [filters = 0, inputs = 0, rows = 0, columns = 0] = shape
    if (role !== 'conv-weight' || shape.length !== 4 || represented.has(name)) {
      return broken('No weight of a convolution has this name, or it is represented twice.', name)
    }
    represented.set(name, { name, shape: [filters, inputs, rows, columns] })
  }
  return ok({
    architecture,
    title: graph.title,
    inputShape: graph.inputShape,
    preprocessing: defaultPreprocessing,
    graph,
    classes: graph.classes,
    parameters: graph.parameters,
    nodes: graph.nodes,
    output: graph.output,
    representedLayers: [...represented.values()],
    featureMaps: { faithful: graph.featureMaps, documented: graph.featureMaps },
  })
}

/**
 * The description of a network, without its identifier and its preprocessing. Error: `file-corrupt`, naming the field, for one that no
 * description can hold (an epsilon that is no number, a name without letters).
 */
export function graphOfNetwork(network: Omit<Network, 'preprocessing'>): Result<NetworkGraph> {
  const { title, inputShape, classes, parameters, nodes, output } = network
  const parsed = networkGraphSchema.safeParse({
    version: networkGraphVersion,
    title,
    inputShape,
    classes,
    parameters,
    nodes,
    output,
    representedLayers: network.representedLayers.map(({ name }) => name),
    featureMaps: network.featureMaps.documented,
  })
  if (parsed.success) return ok(parsed.data)
  const [issue] = parsed.error.issues
  const where = issue?.path.join('.') ?? ''
  return fail({ code: 'file-corrupt', message: `${where}: ${issue?.message ?? 'not as expected'}`, where })
}
