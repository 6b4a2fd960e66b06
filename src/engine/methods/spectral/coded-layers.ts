/** The layers of a network whose kernels are coded, as coefficients that are not quantised yet. */
import {
  foldBatchNorm,
  foldGains,
  foldedParameters,
  type BatchNormFold,
  type FoldedNetwork,
} from '#networks/fold-batch-norm.ts'
import { linearLayers } from '#networks/linear-layers.ts'
import type { Network } from '#networks/network.ts'
import type { SpectralConfig } from '#shared/methods/spectral/config.ts'
import type { LayerPrecisions } from '#shared/methods/spectral/layer-precisions.ts'
import type { HostTensor, HostTensors } from '#shared/tensors/host-tensor.ts'
import { kernelShapeOf, type RepresentedShape } from '#shared/tensors/represented-shape.ts'
import { exponentsPerOctave, kernelBasis, sixteenths } from '#shared/tensors/spectral-layer.ts'
import { exponentOf, frequencyExponents } from './frequency-steps.ts'

/** A layer's coefficients: weight = gain * sum over frequencies of coefficient * picture. */
export interface CodedLayer {
  readonly name: string
  readonly shape: RepresentedShape
  /** Height times width of a kernel. */
  readonly size: number
  /** [filters, channels, size] of the folded weights over their gains. */
  readonly coefficients: Float32Array
  /** As `SpectralLayer` has them. */
  readonly stepExponents: Int32Array
  readonly gainExponents?: Int32Array
  /** Rows have codes of a fixed number of levels whatever the step: linear layers stored finely. */
  readonly isFine: boolean
  readonly fold?: BatchNormFold
  /** Name of the bias that is coded with the layer. */
  readonly biasName?: string
}

export interface CodedNetwork {
  readonly folded: FoldedNetwork
  /** Of the folded network. */
  readonly parameters: HostTensors
  readonly layers: readonly CodedLayer[]
}

/**
 * Folds batch norms and transforms the kernels. Layers marked exact stay as they are, with their batch norms.
 * @param original all parameters of `network`
 */
export function codedNetwork(
  network: Network,
  original: HostTensors,
  config: SpectralConfig,
  precisions: LayerPrecisions,
): CodedNetwork {
  const folded = withoutExact(foldBatchNorm(network), network, precisions)
  const parameters = foldedParameters(folded, original)
  const folds = new Map(folded.folds.map((fold) => [fold.weight, fold]))
  const biases = new Map(
    folded.network.nodes.flatMap((node) =>
      (node.op === 'conv' || node.op === 'linear') && node.bias !== undefined
        ? [[node.weight, node.bias] as const]
        : [],
    ),
  )
  const linear = config.storage.linear === 'float16' ? [] : linearLayers(folded.network)
  const isLinear = new Set(linear.map(({ name }) => name))
  const layers = [...folded.network.representedLayers, ...linear]
    .filter(({ name }) => precisions[name] !== 'exact')
    .map(({ name, shape }): CodedLayer => {
      const fold = folds.get(name)
      const biasName = biases.get(name)
      const isFine = isLinear.has(name) && config.storage.linear === 'fine'
      const [, , height, width] = kernelShapeOf(shape)
      const gains = fold === undefined ? undefined : gainExponentsOf(foldGains(fold, original))
      return {
        name,
        shape,
        size: height * width,
        coefficients: coefficientsOf(tensorOf(parameters, name), shape, gains, config.transform),
        stepExponents: frequencyExponents(height, width, config.transform).map(
          (exponent) => exponent + shiftOf(precisions[name]),
        ),
        ...(gains === undefined ? {} : { gainExponents: gains }),
        isFine,
        ...(fold === undefined ? {} : { fold }),
        ...(biasName === undefined ? {} : { biasName }),
      }
    })
  return { folded, parameters, layers }
}

/** Half and twice the step. */
function shiftOf(precision: LayerPrecisions[string] | undefined): number {
  if (precision === 'finer') return -exponentsPerOctave
  return precision === 'coarser' ? exponentsPerOctave : 0
}

/** A batch norm stays where its convolution is to be kept to the bit. */
function withoutExact(folded: FoldedNetwork, network: Network, precisions: LayerPrecisions): FoldedNetwork {
  const kept = folded.folds.filter(({ weight }) => precisions[weight] === 'exact')
  if (kept.length === 0) return folded
  const prefixes = new Set(kept.map(({ prefix }) => prefix))
  return foldBatchNorm(network, (prefix) => !prefixes.has(prefix))
}

/** Of the sizes of gains; the signs are in the weights. A filter of gain 0 has nothing to code, whatever its exponent. */
function gainExponentsOf(gains: Float64Array): Int32Array {
  return Int32Array.from(gains, (gain) => (gain === 0 ? 0 : exponentOf(Math.abs(gain))))
}

function coefficientsOf(
  { data }: HostTensor,
  shape: RepresentedShape,
  gains: Int32Array | undefined,
  transform: SpectralConfig['transform'],
): Float32Array {
  const [filters, channels, height, width] = kernelShapeOf(shape)
  const size = height * width
  const basis = transform === 'cosine' && size > 1 ? kernelBasis(height, width) : undefined
  const coefficients = new Float32Array(data.length)
  if (basis === undefined) {
    for (let filter = 0; filter < filters; filter++) {
      const gain = sixteenths(gains?.[filter] ?? 0)
      const end = (filter + 1) * channels * size
      for (let at = filter * channels * size; at < end; at++) coefficients[at] = (data[at] ?? 0) / gain
    }
    return coefficients
  }
  for (let filter = 0; filter < filters; filter++) {
    const gain = sixteenths(gains?.[filter] ?? 0)
    for (let start = filter * channels * size; start < (filter + 1) * channels * size; start += size) {
      for (let at = 0; at < size; at++) {
        coefficients[start + at] = product(basis[at], data, start) / gain
      }
    }
  }
  return coefficients
}

function product(picture: Float64Array | undefined, data: HostTensor['data'], start: number): number {
  let sum = 0
  if (picture === undefined) return sum
  for (let at = 0; at < picture.length; at++) sum += (picture[at] ?? 0) * (data[start + at] ?? 0)
  return sum
}

export function tensorOf(tensors: HostTensors, name: string): HostTensor {
  const tensor = tensors[name]
  if (tensor === undefined) throw new RangeError(`the network lacks ${name}`)
  return tensor
}
