/** What the Codes card shows of a layer: pictures of its coefficients and their bits, and sums by frequency. */
import type { PackagedLayerCodes } from '#shared/methods/spectral/packaged-codes.ts'
import { kernelShapeOf } from '#shared/tensors/represented-shape.ts'
import { arranged, type KernelArrangement } from './kernel-arrangement.ts'
import { codesTexts } from './codes-texts.ts'

/** Values of each shown kernel, in the order in which they are drawn. */
export interface CodesPicture {
  readonly key: 'original' | 'coded' | 'error' | 'bits'
  readonly title: string
  readonly values: Float32Array
}

/** What a coefficient became, what that leaves, and what it cost; all in the order of `sample`. */
export interface ReadCoefficients {
  readonly coded: Float32Array
  readonly error: Float32Array
}

export function readCoefficients({ codes, coefficients, frequencies }: PackagedLayerCodes): ReadCoefficients {
  const coded = Float32Array.from(codes, (code, at) => code * (frequencies[at % frequencies.length]?.step ?? NaN))
  return { coded, error: coded.map((value, at) => value - (coefficients[at] ?? NaN)) }
}

export function codesPictures(layer: PackagedLayerCodes, grid: KernelArrangement): readonly CodesPicture[] {
  const { coded, error } = readCoefficients(layer)
  return [
    { key: 'original', title: codesTexts.coefficients, values: arranged(layer.coefficients, grid) },
    { key: 'coded', title: codesTexts.coded, values: arranged(coded, grid) },
    { key: 'error', title: codesTexts.error, values: arranged(error, grid) },
    { key: 'bits', title: codesTexts.bits, values: arranged(layer.codeBits, grid) },
  ]
}

export interface FrequencyRow {
  readonly name: string
  /** A code. */
  readonly bits: number
}

/** What each frequency of a layer takes, over all its kernels. */
export function frequencyRows({ sample, codeCount, frequencies }: PackagedLayerCodes): readonly FrequencyRow[] {
  const [, , , width] = kernelShapeOf(sample.shape)
  const kernels = codeCount / frequencies.length
  return frequencies.map(({ step, bits, zeros }, at) => ({
    name: codesTexts.frequencyRow(Math.floor(at / width), at % width, step, zeros / kernels),
    bits: bits / kernels,
  }))
}

/** The share of a layer's codes that are zero. */
export function zeroShare({ codeCount, frequencies }: PackagedLayerCodes): number {
  return frequencies.reduce((sum, { zeros }) => sum + zeros, 0) / codeCount
}
