/** What a spectral package holds, from a network whose kernels were coded. */
import { codedBias } from '#engine/methods/spectral/biases.ts'
import { tensorOf, type CodedNetwork } from '#engine/methods/spectral/coded-layers.ts'
import type { LayerCodes } from '#engine/methods/spectral/quantise.ts'
import { storedRemainder } from '#engine/quantisation/stored-parameters.ts'
import { batchNormParameters } from '#networks/network.ts'
import type { SpectralConfig } from '#shared/methods/spectral/config.ts'
import type { SpectralPackage } from '#shared/package/spectral-package.ts'
import type { HostTensors } from '#shared/tensors/host-tensor.ts'
import type { SpectralLayer } from '#shared/tensors/spectral-layer.ts'
import type { StoredTensors } from '#shared/tensors/stored-tensor.ts'
import { packagedNetwork, type LoadedNetwork } from '../../weights/stored-network.ts'

/** What was decided about a network's codes. */
export interface ChosenCodes {
  /** Of the package. */
  readonly step: number
  /** By the names of the layers. */
  readonly codes: Readonly<Record<string, LayerCodes>>
  /** Biases that are coded with the layers; those of the folded network are taken for what is missing. */
  readonly biases: HostTensors
}

export interface ContentOptions {
  readonly original: LoadedNetwork
  /** Of the network's file. */
  readonly sha256: string
  readonly coded: CodedNetwork
  readonly config: SpectralConfig
}

/** Everything of the package but the accuracies, which are measured with it. */
export function packageContent(
  { original, sha256, coded, config }: ContentOptions,
  chosen: ChosenCodes,
): SpectralPackage {
  return {
    network: packagedNetwork(original.network, sha256),
    transform: config.transform,
    step: chosen.step,
    layers: packagedLayers(coded, chosen),
    kept: keptTensors(original, coded, config),
    config,
    accuracies: [],
  }
}

/** The layers of a package. */
export function packagedLayers({ layers, parameters }: CodedNetwork, { codes, biases }: ChosenCodes): SpectralLayer[] {
  return layers.map(({ name, shape, fold, biasName }) => {
    const chosen = codes[name]
    if (chosen === undefined) throw new RangeError(`${name} has no codes`)
    const bias = biasName === undefined ? undefined : (biases[biasName] ?? tensorOf(parameters, biasName))
    return {
      name,
      shape,
      ...chosen,
      ...(fold === undefined ? {} : { folded: foldedOf(fold) }),
      ...(bias === undefined || biasName === undefined
        ? {}
        : { bias: codedBias(biasName, Float32Array.from(bias.data)) }),
    }
  })
}

function foldedOf({
  prefix,
  epsilon,
  bias,
}: NonNullable<CodedNetwork['layers'][number]['fold']>): NonNullable<SpectralLayer['folded']> {
  return { prefix, epsilon, ...(bias === undefined ? {} : { bias }) }
}

/** What is neither coded nor folded, at the precision asked for; layers that are to stay exact with all that belongs to them. */
function keptTensors(
  { network, parameters }: LoadedNetwork,
  coded: CodedNetwork,
  config: SpectralConfig,
): StoredTensors {
  const held = new Set(
    coded.layers.flatMap(({ name, fold, biasName }) => [
      name,
      ...(biasName === undefined ? [] : [biasName]),
      ...(fold === undefined
        ? []
        : [...batchNormParameters(fold.prefix), ...(fold.bias === undefined ? [] : [fold.bias])]),
    ]),
  )
  const rest = Object.entries(parameters).filter(([name]) => !held.has(name))
  const exact = new Set(exactTensors(network, coded))
  const variances = new Set(network.parameters.filter(({ role }) => role === 'bn-variance').map(({ name }) => name))
  return {
    ...storedRemainder(
      Object.fromEntries(rest.filter(([name]) => !exact.has(name))),
      config.storage.remainder,
      variances,
    ),
    ...storedRemainder(Object.fromEntries(rest.filter(([name]) => exact.has(name))), 'float32', variances),
  }
}

/** Weights of convolutions that are not coded, with their biases and batch norms: they were asked to stay as they are. */
function exactTensors(network: LoadedNetwork['network'], { layers, folded }: CodedNetwork): readonly string[] {
  const codedNames = new Set(layers.map(({ name }) => name))
  const exactNodes = network.nodes.filter((node) => node.op === 'conv' && !codedNames.has(node.weight))
  const ids = new Set(exactNodes.map(({ id }) => id))
  const foldedPrefixes = new Set(folded.folds.map(({ prefix }) => prefix))
  return network.nodes.flatMap((node) => {
    if (node.op === 'conv' && ids.has(node.id)) return [node.weight, ...(node.bias === undefined ? [] : [node.bias])]
    if (node.op === 'batch-norm' && ids.has(node.input) && !foldedPrefixes.has(node.prefix)) {
      return batchNormParameters(node.prefix)
    }
    return []
  })
}
