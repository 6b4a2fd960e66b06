/** What a network would weigh at many steps, and how far its weights would be off: from a sample that is really coded. */
import type { CodedLayer } from '#engine/methods/spectral/coded-layers.ts'
import { quantise } from '#engine/methods/spectral/quantise.ts'
import { estimate, sampleLayers } from '#engine/methods/spectral/sampled-estimate.ts'
import { codedBytes } from '#formats/spectral-package/layer-stream.ts'
import { writeSpectralPackage } from '#formats/spectral-package/writer.ts'
import type { SpectralConfig } from '#shared/methods/spectral/config.ts'
import type { SketchPoint } from '#shared/protocol/trainer-protocol.ts'
import type { LoadedNetwork } from '../../weights/stored-network.ts'
import { packageContent } from './content.ts'
import { codedNetworkOf, codesAt, originalBytes } from './encode.ts'

/** Ratios that a slider offers, where the network can reach them. */
const [leastRatio, mostRatio] = [3, 60]
/** At this step all codes are zero. */
const coarse = 1e4
const mostPoints = 48
/** Coefficients of the sample: coding them twenty times takes a second or two. */
const mostSampled = 300_000
/** Logarithm of two ratios next to each other: some 20 of them from 3 to 60. */
const spacing = Math.log(mostRatio / leastRatio) / 17
/** A normally distributed coefficient takes so many bits more than those of its deviation over the step. */
const normalBits = 2.05

/**
 * Points of growing ratio, from about 3 to 60 or to what the network can reach. A network of few weights is coded as a
 * whole, so that its bytes are exact. Throws `AppException` as `codedNetworkOf` does.
 * @param sha256 of the network's file
 */
export function* sketch(original: LoadedNetwork, sha256: string, config: SpectralConfig): Iterable<SketchPoint> {
  const coded = codedNetworkOf(original, config)
  const { rateWeight } = config.rounding
  const samples = sampleLayers(coded.layers, mostSampled)
  const share = coefficientsIn(samples.map(({ layer }) => layer)) / coefficientsIn(coded.layers)
  const sampledBytes = (step: number): number =>
    codedBytes(
      samples.map(({ layer: { name, shape }, layer }) => ({ name, shape, ...quantise(layer, { step, rateWeight }) })),
      config.transform,
    )
  const bytesOfOriginal = originalBytes(original)
  // Header, gains and biases, and codes that are all zero; what other codes add to them is estimated.
  const empty = writeSpectralPackage(
    packageContent({ original, sha256, coded, config }, codesAt(coded, coarse, config)),
  )
  const zeroBytes = sampledBytes(coarse)
  let step = deviationOf(coded.layers) * 2 ** (normalBits - 32 / leastRatio)
  let last = 0
  for (let points = 0; points < mostPoints && last < mostRatio; points++) {
    const { squaredError, squares } = estimate(samples, step, rateWeight)
    const bytesOfCodes = (sampledBytes(step) - zeroBytes) / share
    const bytes = Math.round(empty.byteLength + bytesOfCodes)
    const ratio = bytesOfOriginal / bytes
    // Nothing but the floor is left.
    if (ratio < last * (1 + spacing / 20)) return
    yield { ratio, bytes, relativeError: Math.sqrt(squaredError / squares), step }
    last = ratio
    // Fine codes lose a bit with each doubling of the step; of coarse ones the bits fall about as the step grows.
    const bits = (8 * bytesOfCodes) / coefficientsIn(coded.layers)
    step *= Math.max(2 ** (spacing * bits), Math.exp(spacing))
  }
}

function coefficientsIn(layers: readonly Pick<CodedLayer, 'coefficients'>[]): number {
  return layers.reduce((sum, { coefficients }) => sum + coefficients.length, 0)
}

/** Root of the mean square of all coefficients. */
function deviationOf(layers: readonly Pick<CodedLayer, 'coefficients'>[]): number {
  let squares = 0
  for (const { coefficients } of layers) for (const value of coefficients) squares += value * value
  return Math.sqrt(squares / Math.max(1, coefficientsIn(layers)))
}
