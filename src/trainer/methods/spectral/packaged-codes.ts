/** What the package of a run says of its kernels, code by code, beside the coefficients that the codes stand for. */
import type { CodedLayer } from '#engine/methods/spectral/coded-layers.ts'
import { layersSection } from '#formats/spectral-package/kind.ts'
import { meterSpectralPackage, openSpectralPackage, type MeteredLayer } from '#formats/spectral-package/reader.ts'
import { AppException, unwrap } from '#shared/basics/result.ts'
import type { SpectralConfig } from '#shared/methods/spectral/config.ts'
import type { PackagedCodes, PackagedLayerCodes } from '#shared/methods/spectral/packaged-codes.ts'
import { sizeOf } from '#shared/tensors/host-tensor.ts'
import { copySample, sampledValues, sampleOf, sampleShapeOf, type SampledLayer } from '#shared/tensors/kernel-sample.ts'
import { sixteenths, type SpectralLayer } from '#shared/tensors/spectral-layer.ts'
import type { LoadedNetwork } from '../../weights/stored-network.ts'
import { codedNetworkOf } from './encode.ts'

/**
 * @param original that the package was made of, with `config`
 * Throws `AppException` as the reader of the package; `file-corrupt` where it is of another network.
 */
export function packagedCodes(
  original: LoadedNetwork,
  config: SpectralConfig,
  bytes: Uint8Array,
  fileName: string,
): PackagedCodes {
  const file = unwrap(openSpectralPackage(bytes, fileName))
  const { transform, step } = file.description
  const { sideBits, layers } = unwrap(meterSpectralPackage(file, fileName))
  const known = new Map(codedNetworkOf(original, config).layers.map((layer) => [layer.name, layer]))
  const samples = sampleOf(layers.map(({ layer: { name, shape } }) => ({ name, shape })))
  return {
    transform,
    streamBytes: file.sections.get(layersSection)?.bytes.byteLength ?? 0,
    sideBits,
    layers: samples.map((sample, at) => {
      const metered = layers[at]
      const coded = known.get(sample.name)
      if (metered === undefined || coded?.shape.join() !== sample.shape.join()) throw ofAnother(fileName, sample.name)
      return codesOfLayer(sample, metered, coded, step)
    }),
  }
}

function codesOfLayer(
  sample: SampledLayer,
  { layer, bits }: MeteredLayer,
  coded: CodedLayer,
  step: number,
): PackagedLayerCodes {
  const { size } = coded
  const frequencies = Array.from({ length: size }, (_, at) => ({
    step: step * sixteenths(layer.stepExponents[layer.stepExponents.length === 1 ? 0 : at] ?? 0),
    bits: 0,
    zeros: 0,
  }))
  for (let at = 0; at < bits.length; at++) {
    const frequency = frequencies[at % size]
    if (frequency === undefined) continue
    frequency.bits += bits[at] ?? 0
    if (layer.codes[at] === 0) frequency.zeros += 1
  }
  return {
    sample,
    codeCount: bits.length,
    bits: frequencies.reduce((sum, frequency) => sum + frequency.bits, 0),
    frequencies,
    codes: copySample(layer.codes, sample, new Int32Array(sizeOf(sampleShapeOf(sample)))),
    codeBits: sampledValues(bits, sample),
    coefficients: sampledCoefficients(coded, layer, sample),
  }
}

/** Gains are corrected and learnt: what the codes of a filter stand for is relative to those of the package. */
function sampledCoefficients(
  { coefficients, gainExponents, size }: CodedLayer,
  layer: SpectralLayer,
  sample: SampledLayer,
): Float32Array<ArrayBuffer> {
  const values = sampledValues(coefficients, sample)
  const perFilter = sample.channels.length * size
  return values.map((value, at) => {
    const filter = sample.filters[Math.floor(at / perFilter)] ?? 0
    return value * sixteenths((gainExponents?.[filter] ?? 0) - (layer.gainExponents?.[filter] ?? 0))
  })
}

function ofAnother(fileName: string, layer: string): AppException {
  return new AppException({
    code: 'file-corrupt',
    message: `${fileName} holds codes of ${layer}, which the original network codes otherwise.`,
    where: layer,
    remedy: 'Run the experiment again.',
  })
}
