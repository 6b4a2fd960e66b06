/** What a network would weigh at many steps, and how far its weights would be off: from samples of its codes. */
import { estimate, sampleLayers } from '#engine/methods/spectral/sampled-estimate.ts'
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
/** Logarithm of two ratios next to each other: 24 of them from 3 to 60. */
const spacing = Math.log(mostRatio / leastRatio) / 23
/** A normally distributed coefficient takes so many bits more than those of its deviation over the step. */
const normalBits = 2.05

/**
 * Points of growing ratio, from about 3 to 60 or to what the network can reach. Each costs a quantisation of some two
 * million coefficients at most. Throws `AppException` as `codedNetworkOf` does.
 * @param sha256 of the network's file
 */
export function* sketch(original: LoadedNetwork, sha256: string, config: SpectralConfig): Iterable<SketchPoint> {
  const coded = codedNetworkOf(original, config)
  const samples = sampleLayers(coded.layers)
  const at = (step: number) => estimate(samples, step, config.rounding.rateWeight)
  const bytesOfOriginal = originalBytes(original)
  // Header, gains and biases; what the codes add to them is estimated.
  const empty = writeSpectralPackage(
    packageContent({ original, sha256, coded, config }, codesAt(coded, coarse, config)),
  )
  const floor = empty.byteLength - at(coarse).bits / 8
  const count = samples.reduce((sum, { layer, factor }) => sum + factor * layer.coefficients.length, 0)
  let step = deviationOf(coded.layers) * 2 ** (normalBits - 32 / leastRatio)
  let last = 0
  for (let points = 0; points < mostPoints && last < mostRatio; points++) {
    const { bits, squaredError, squares } = at(step)
    const bytes = Math.round(floor + bits / 8)
    const ratio = bytesOfOriginal / bytes
    // Nothing but the floor is left.
    if (ratio < last * (1 + spacing / 20)) return
    yield { ratio, bytes, relativeError: Math.sqrt(squaredError / squares), step }
    last = ratio
    // Fine codes lose a bit with each doubling of the step; of coarse ones the bits fall about as the step grows.
    step *= Math.max(2 ** ((spacing * bits) / count), Math.exp(spacing))
  }
}

/** Root of the mean square of all coefficients. */
function deviationOf(layers: readonly { readonly coefficients: Float32Array }[]): number {
  let [squares, count] = [0, 0]
  for (const { coefficients } of layers) {
    for (const value of coefficients) squares += value * value
    count += coefficients.length
  }
  return Math.sqrt(squares / Math.max(1, count))
}
