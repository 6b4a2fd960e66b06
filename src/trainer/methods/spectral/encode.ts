/** A network coded without a training: the step is found that gives the size asked for. */
import { codedNetwork, type CodedNetwork } from '#engine/methods/spectral/coded-layers.ts'
import { coarsestStep, findStep } from '#engine/methods/spectral/find-step.ts'
import { meanCorrectedBiases } from '#engine/methods/spectral/mean-correction.ts'
import { quantise } from '#engine/methods/spectral/quantise.ts'
import { codedBytes, codedSideBytes } from '#formats/spectral-package/layer-stream.ts'
import { layersSection } from '#formats/spectral-package/kind.ts'
import { openSpectralPackage } from '#formats/spectral-package/reader.ts'
import { writeSpectralPackage } from '#formats/spectral-package/writer.ts'
import { AppException, unwrap } from '#shared/basics/result.ts'
import { looksAtImages, type SpectralConfig } from '#shared/methods/spectral/config.ts'
import type { SpectralPackage } from '#shared/package/spectral-package.ts'
import { sizeOf } from '#shared/tensors/host-tensor.ts'
import { spectralWeights } from '#shared/tensors/spectral-layer.ts'
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
  let last: ChosenCodes | undefined
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
  return last?.step === step ? last : codesAt(coded, step, config)
}

/** Of a wanted size: a file may be larger or smaller by half of a percent before its step is looked for again. */
const sizeTolerance = 0.005

type Correct = (chosen: ChosenCodes) => ChosenCodes | Promise<ChosenCodes>

/**
 * The same with the gains and biases that a configuration wants corrected; they may take other bytes than those before, so
 * that the step is looked for again with what they took.
 * @param byImages the correction, where the configuration wants one that looks at images
 */
export async function correctedCodesOfSize(options: ContentOptions, byImages: Correct): Promise<ChosenCodes> {
  const { coded, config } = options
  const plain = codesOfSize(options)
  if (config.correction.images === 'none') return plain
  const correct = looksAtImages(config.correction.images) ? byImages : byBatchNorms(options)
  const chosen = await correct(plain)
  const wanted = wantedBytes(options.original, config)
  // No correction changes a code.
  const sideBytes = (codes: ChosenCodes): number => codedSideBytes(packagedLayers(coded, codes))
  const excess = sideBytes(chosen) - sideBytes(plain)
  if (wanted === undefined || Math.abs(excess) < sizeTolerance * wanted) return chosen
  return correct(codesOfSize(options, excess))
}

function byBatchNorms({ original, coded, config }: ContentOptions): Correct {
  return (chosen) => {
    const layers = packagedLayers(coded, chosen)
    const weights = layers.map((layer) => [layer.name, spectralWeights(layer, config.transform, chosen.step)] as const)
    const biases = meanCorrectedBiases(original, coded, Object.fromEntries(weights))
    return { ...chosen, biases: { ...chosen.biases, ...biases } }
  }
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

/**
 * A network as a file holds it. Throws `AppException` `invalid-config` for a correction that looks at images: none is read.
 * @param sha256 of the network's file
 */
export async function encodeNetwork(
  original: LoadedNetwork,
  sha256: string,
  config: SpectralConfig,
): Promise<EncodedNetwork> {
  const coded = codedNetworkOf(original, config)
  const options = { original, sha256, config, coded }
  const content = packageContent(options, await correctedCodesOfSize(options, withoutImages))
  return { coded, content, written: writeSpectralPackage(content) }
}

function withoutImages(): never {
  throw new AppException({
    code: 'invalid-config',
    message: 'A file is compressed without images, so that they cannot correct it.',
    where: 'correction.images',
    remedy: 'Choose batch-norms or none, or make an experiment of it.',
  })
}
