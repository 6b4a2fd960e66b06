/** A network coded without a training: the step is found that gives the size asked for. */
import { codedNetwork, type CodedNetwork } from '#engine/methods/spectral/coded-layers.ts'
import { coarsestStep, findStep } from '#engine/methods/spectral/find-step.ts'
import { quantise } from '#engine/methods/spectral/quantise.ts'
import { codedBytes } from '#formats/spectral-package/layer-stream.ts'
import { layersSection } from '#formats/spectral-package/kind.ts'
import { openSpectralPackage } from '#formats/spectral-package/reader.ts'
import { writeSpectralPackage } from '#formats/spectral-package/writer.ts'
import { unwrap } from '#shared/basics/result.ts'
import type { SpectralConfig } from '#shared/methods/spectral/config.ts'
import type { SpectralPackage } from '#shared/package/spectral-package.ts'
import { sizeOf } from '#shared/tensors/host-tensor.ts'
import type { LoadedNetwork } from '../../weights/stored-network.ts'
import { packageContent, packagedLayers, precisionsOf, type ChosenCodes, type ContentOptions } from './content.ts'

/** The coded layers of a network under a configuration. Throws `AppException` `invalid-config` for layers it does not have. */
export function codedNetworkOf({ network, parameters }: LoadedNetwork, config: SpectralConfig): CodedNetwork {
  return codedNetwork(network, parameters, config, precisionsOf(network, config))
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

/**
 * Codes of the size that is asked for. Throws `AppException` `invalid-config` for a size that is out of reach.
 * @param excess bytes that are needed beside
 */
export function codesOfSize(options: ContentOptions, excess = 0): ChosenCodes {
  const { original, coded, config } = options
  const wanted = wantedBytes(original, config)
  if (wanted === undefined) return codesAt(coded, config.size.step, config)
  const { around, zeroCodes } = leastBytes(options)
  let last = codesAt(coded, coarsestStep, config)
  const measure = (step: number): number => {
    last = codesAt(coded, step, config)
    return codedBytes(packagedLayers(coded, last), config.transform)
  }
  const { rateWeight } = config.rounding
  const step = findStep(coded.layers, {
    wantedBytes: wanted - around - excess,
    leastBytes: zeroCodes,
    rateWeight,
    measure,
  })
  // The last measured codes are the chosen ones, but for a search that gave up.
  return last.step === step ? last : codesAt(coded, step, config)
}

/** Of a wanted size: a file may be larger or smaller by half of a percent before its step is looked for again. */
const sizeTolerance = 0.005

/**
 * The same with the gains and biases that a configuration wants corrected; they may take other bytes than those before, so
 * that the step is looked for again with what they took.
 */
export async function correctedCodesOfSize(
  options: ContentOptions,
  correct: (chosen: ChosenCodes) => Promise<ChosenCodes>,
): Promise<ChosenCodes> {
  const plain = codesOfSize(options)
  if (options.config.correction.images === 'none') return plain
  const chosen = await correct(plain)
  const wanted = wantedBytes(options.original, options.config)
  const bytesOf = (codes: ChosenCodes): number =>
    codedBytes(packagedLayers(options.coded, codes), options.config.transform)
  const excess = bytesOf(chosen) - bytesOf(plain)
  if (wanted === undefined || Math.abs(excess) < sizeTolerance * wanted) return chosen
  return correct(codesOfSize(options, excess))
}

export interface LeastBytes {
  /** Of a package, what no code changes: header, description and what is kept. */
  readonly around: number
  /** Of the coded stream where all codes are zero: gains, steps and biases. */
  readonly zeroCodes: number
}

export function leastBytes(options: ContentOptions): LeastBytes {
  const written = writeSpectralPackage(packageContent(options, codesAt(options.coded, coarsestStep, options.config)))
  const { sections } = unwrap(openSpectralPackage(written, 'package'))
  const zeroCodes = sections.get(layersSection)?.bytes.byteLength ?? 0
  return { around: written.byteLength - zeroCodes + bytesOfAccuracies, zeroCodes }
}

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
