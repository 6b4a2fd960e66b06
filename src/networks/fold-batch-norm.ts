/**
 * Batch norms in inference are a scale and a shift a channel: where one follows a convolution, the convolution's weights and
 * bias can hold them. The folded network computes the same with fewer nodes and parameters.
 */
import { float32Tensor, sizeOf, type HostTensor, type HostTensors } from '#shared/tensors/host-tensor.ts'
import { batchNormParameters, type Network, type NetworkNode, type ParameterSpec } from './network.ts'
import { inputsOf } from './node-inputs.ts'

type ConvolutionNode = Extract<NetworkNode, { op: 'conv' }>
type BatchNormNode = Extract<NetworkNode, { op: 'batch-norm' }>

/** A batch norm whose effect the weights of a convolution hold. */
export interface BatchNormFold {
  /** Name of the convolution's weight. */
  readonly weight: string
  /** Of the convolution's own bias, which the shift takes in. */
  readonly bias?: string
  /** Of the batch norm's parameters. */
  readonly prefix: string
  readonly epsilon: number
}

export interface FoldedNetwork {
  /** Its convolutions have the ids of the batch norms they took in, and their shifts `<prefix>.bias` as biases. */
  readonly network: Network
  readonly folds: readonly BatchNormFold[]
}

/**
 * `network` with every batch norm folded whose convolution nobody else reads. Represented layers of the result are the
 * weights of all its convolutions, each once.
 * @param isFolded of a batch norm by its prefix; all where left out
 */
export function foldBatchNorm(network: Network, isFolded: (prefix: string) => boolean = () => true): FoldedNetwork {
  const pairs = foldablePairs(network).filter(({ norm }) => isFolded(norm.prefix))
  const convolutionOf = new Map(pairs.map(({ norm, convolution }) => [norm.id, convolution]))
  const dissolved = new Set(pairs.map(({ convolution }) => convolution.id))
  const nodes = network.nodes
    .filter(({ id }) => !dissolved.has(id))
    .map((node) => {
      const convolution = convolutionOf.get(node.id)
      if (node.op !== 'batch-norm' || convolution === undefined) return node
      return { ...convolution, id: node.id, bias: shiftName(node.prefix) }
    })
  const folds = pairs.map(({ norm, convolution }) => ({
    weight: convolution.weight,
    ...(convolution.bias === undefined ? {} : { bias: convolution.bias }),
    prefix: norm.prefix,
    epsilon: norm.epsilon,
  }))
  return {
    network: { ...network, nodes, parameters: foldedSpecs(network, folds), representedLayers: convolutions(network) },
    folds,
  }
}

/** Parameters of the folded network, from those of the original; its values are computed in double precision. */
export function foldedParameters({ network, folds }: FoldedNetwork, original: HostTensors): HostTensors {
  const scaled = folds.flatMap((fold) => {
    const gains = foldGains(fold, original)
    const weight = tensorOf(original, fold.weight)
    const [, shift, mean] = batchNormParameters(fold.prefix).map((name) => tensorOf(original, name).data)
    const own = fold.bias === undefined ? undefined : tensorOf(original, fold.bias).data
    const columns = sizeOf(weight.shape) / gains.length
    const values = new Float32Array(weight.data.length)
    gains.forEach((gain, filter) => {
      // A loop of its own: large networks have a hundred million weights.
      for (let at = filter * columns; at < (filter + 1) * columns; at++) values[at] = (weight.data[at] ?? 0) * gain
    })
    const shifts = Float32Array.from(
      gains,
      (gain, at) => (shift?.[at] ?? 0) + gain * ((own?.[at] ?? 0) - (mean?.[at] ?? 0)),
    )
    return [
      [fold.weight, float32Tensor(weight.shape, values)],
      [shiftName(fold.prefix), float32Tensor([gains.length], shifts)],
    ] as const
  })
  const own = network.parameters.flatMap(({ name }) => {
    const tensor = original[name]
    return tensor === undefined ? [] : [[name, tensor] as const]
  })
  return Object.fromEntries([...own, ...scaled])
}

/** What a fold multiplies each filter by, signed: gamma / sqrt(variance + epsilon). */
export function foldGains({ prefix, epsilon }: BatchNormFold, original: HostTensors): Float64Array {
  const [scale, , , variance] = batchNormParameters(prefix).map((name) => tensorOf(original, name).data)
  return Float64Array.from(scale ?? [], (gamma, at) => gamma / Math.sqrt((variance?.[at] ?? 0) + epsilon))
}

/** Name of the bias that a folded convolution has: that of the batch norm's shift. */
function shiftName(prefix: string): string {
  return batchNormParameters(prefix)[1]
}

function foldablePairs({ nodes, output, featureMaps }: Network): readonly {
  readonly norm: BatchNormNode
  readonly convolution: ConvolutionNode
}[] {
  const readers = countsOf(nodes.flatMap(inputsOf))
  const weights = countsOf(nodes.flatMap((node) => (node.op === 'conv' ? [node.weight, node.bias ?? ''] : [])))
  const prefixes = countsOf(nodes.flatMap((node) => (node.op === 'batch-norm' ? [node.prefix] : [])))
  const shown = new Set([output, ...featureMaps.faithful, ...featureMaps.documented])
  const known = new Map(nodes.map((node) => [node.id, node]))
  return nodes.flatMap((norm) => {
    if (norm.op !== 'batch-norm') return []
    const convolution = known.get(norm.input)
    if (convolution?.op !== 'conv' || shown.has(convolution.id)) return []
    const isAlone =
      readers.get(convolution.id) === 1 &&
      weights.get(convolution.weight) === 1 &&
      (convolution.bias === undefined || weights.get(convolution.bias) === 1) &&
      prefixes.get(norm.prefix) === 1
    return isAlone ? [{ norm, convolution }] : []
  })
}

function countsOf(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return counts
}

function foldedSpecs({ parameters }: Network, folds: readonly BatchNormFold[]): readonly ParameterSpec[] {
  const shifts = new Set(folds.map(({ prefix }) => shiftName(prefix)))
  const dissolved = new Set(
    folds.flatMap(({ prefix, bias }) => [...batchNormParameters(prefix), ...(bias === undefined ? [] : [bias])]),
  )
  return parameters.flatMap((spec) => {
    if (shifts.has(spec.name)) return [{ ...spec, role: 'conv-bias' as const }]
    return dissolved.has(spec.name) ? [] : [spec]
  })
}

function convolutions({ nodes, parameters }: Network): Network['representedLayers'] {
  const names = new Set(nodes.flatMap((node) => (node.op === 'conv' ? [node.weight] : [])))
  return [...names].map((name) => {
    const [filters, channels, height, width] = parameters.find((spec) => spec.name === name)?.shape ?? []
    if (filters === undefined || channels === undefined || height === undefined || width === undefined) {
      throw new RangeError(`${name} is no weight of a convolution`)
    }
    return { name, shape: [filters, channels, height, width] }
  })
}

function tensorOf(tensors: HostTensors, name: string): HostTensor {
  const tensor = tensors[name]
  if (tensor === undefined) throw new RangeError(`the network lacks ${name}`)
  return tensor
}
