/** A network coded without a training: the step is found that gives the size asked for. */
import { codedNetwork, type CodedNetwork } from '#engine/methods/spectral/coded-layers.ts'
import { findStep } from '#engine/methods/spectral/find-step.ts'
import { quantise } from '#engine/methods/spectral/quantise.ts'
import { codedBytes } from '#formats/spectral-package/layer-stream.ts'
import { writeSpectralPackage } from '#formats/spectral-package/writer.ts'
import { networkShape } from '#networks/network-shape.ts'
import { unwrap } from '#shared/basics/result.ts'
import type { SpectralConfig } from '#shared/methods/spectral/config.ts'
import { codableLayers, layerPrecisions } from '#shared/methods/spectral/layer-precisions.ts'
import type { SpectralPackage } from '#shared/package/spectral-package.ts'
import { sizeOf } from '#shared/tensors/host-tensor.ts'
import type { LoadedNetwork } from '../../weights/stored-network.ts'
import { packageContent, packagedLayers, type ChosenCodes, type ContentOptions } from './content.ts'

/** The coded layers of a network under a configuration. Throws `AppException` `invalid-config` for layers it does not have. */
export function codedNetworkOf({ network, parameters }: LoadedNetwork, config: SpectralConfig): CodedNetwork {
  const precisions = unwrap(layerPrecisions(config.layers, codableLayers(networkShape(network))))
  return codedNetwork(network, parameters, config, precisions)
}

/** Bytes of the original's parameters in float32: what a ratio is of. */
export function originalBytes({ network }: Pick<LoadedNetwork, 'network'>): number {
  return network.parameters.reduce((sum, { shape }) => sum + 4 * sizeOf(shape), 0)
}

/** Bytes that the file is to take; undefined where the step is given instead. */
export function wantedBytes(original: LoadedNetwork, { size }: SpectralConfig): number | undefined {
  if (size.target === 'step') return undefined
  return size.target === 'bytes' ? size.bytes : originalBytes(original) / size.ratio
}

/** All codes at one step. */
export function codesAt({ layers }: CodedNetwork, step: number, { rounding }: SpectralConfig): ChosenCodes {
  const codes = layers.map((layer) => [layer.name, quantise(layer, { step, ...rounding })] as const)
  return { step, codes: Object.fromEntries(codes), biases: {} }
}

/** Codes of the size that is asked for. Throws `AppException` `invalid-config` for a size that is out of reach. */
export function codesOfSize(options: ContentOptions): ChosenCodes {
  const { original, coded, config } = options
  const wanted = wantedBytes(original, config)
  if (wanted === undefined) return codesAt(coded, config.size.step, config)
  const { rateWeight } = config.rounding
  const measure = (step: number): number => codedBytes(packagedLayers(coded, codesAt(coded, step, config)))
  const step = findStep(coded.layers, { wantedBytes: wanted - bytesAround(options), rateWeight, measure })
  return codesAt(coded, step, config)
}

/** Bytes of a package that no code changes: header, description and what is kept. */
export function bytesAround(options: ContentOptions): number {
  const content = packageContent(options, codesAt(options.coded, coarse, options.config))
  return writeSpectralPackage(content).byteLength - codedBytes(content.layers) + bytesOfAccuracies
}

/** At this step nothing but side information is left. */
const coarse = 1e4
/** What the accuracies add to the compressed description once they are known, about. */
const bytesOfAccuracies = 100

export interface EncodedNetwork {
  /** What was coded, for a comparison with what a reader gets. */
  readonly coded: CodedNetwork
  readonly content: SpectralPackage
  readonly written: Uint8Array<ArrayBuffer>
}

/** @param sha256 of the network's file */
export function encodeNetwork(original: LoadedNetwork, sha256: string, config: SpectralConfig): EncodedNetwork {
  const coded = codedNetworkOf(original, config)
  const options = { original, sha256, config, coded }
  const content = packageContent(options, codesOfSize(options))
  return { coded, content, written: writeSpectralPackage(content) }
}
