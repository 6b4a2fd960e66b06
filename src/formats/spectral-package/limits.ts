import { fromFloat16Bits } from '#shared/basics/float16.ts'
import { kernelShapeOf } from '#shared/tensors/represented-shape.ts'
import { sixteenths, type SpectralLayer } from '#shared/tensors/spectral-layer.ts'

const largestFloat32 = 2 ** 128 - 2 ** 104

/** What keeps float32 from holding a layer's weights and biases; undefined where nothing does. @param step of the package */
export function excessOf(
  { shape, codes, stepExponents, gainExponents, bias }: SpectralLayer,
  step: number,
): string | undefined {
  const [, , height, width] = kernelShapeOf(shape)
  const code = codes.reduce((most, value) => Math.max(most, Math.abs(value)), 0)
  const largestStep = step * sixteenths(stepExponents.reduce((most, value) => Math.max(most, value)))
  const gain = sixteenths(gainExponents?.reduce((most, value) => Math.max(most, value)) ?? 0)
  // No element of a transform is more than 1.
  if (!(code * largestStep * gain * height * width <= largestFloat32)) {
    return 'expected weights that float32 holds, found larger ones'
  }
  const isFinite = bias === undefined || Number.isFinite(fromFloat16Bits(bias.scale))
  return isFinite ? undefined : 'expected a bias with a finite scale, found none'
}
