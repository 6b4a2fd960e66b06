import { fileTensor, float32View, integersOf, type FileTensor } from '../file-tensor.ts'
import type { PickledQuantisation, StridedTensor } from '../pickle/values.ts'

/**
 * The float32 numbers that quantised integers stand for, as Tensor.dequantize() of PyTorch computes them:
 * (integer - zero point) * scale, in float32. @param integers row-major
 */
export function dequantised(
  integers: FileTensor,
  quantisation: PickledQuantisation,
  gathered: (part: StridedTensor) => FileTensor,
): FileTensor {
  const { shape } = integers
  // int32 does not fit float32; the difference is taken before rounding.
  const values = integersOf(integers) ?? float32View(integers)
  const result = new Float32Array(values.length)
  if (quantisation.kind === 'per-tensor') {
    const scale = Math.fround(quantisation.scale)
    for (let i = 0; i < result.length; i++) result[i] = ((values[i] ?? 0) - quantisation.zeroPoint) * scale
  } else {
    const scales = gathered(quantisation.scales).toFloat32()
    const zeroPoints = gathered(quantisation.zeroPoints).toFloat32()
    const inner = shape.slice(quantisation.axis + 1).reduce((count, extent) => count * extent, 1)
    for (let i = 0; i < result.length; i++) {
      const channel = Math.floor(i / inner) % scales.length
      result[i] = ((values[i] ?? 0) - (zeroPoints[channel] ?? 0)) * (scales[channel] ?? 0)
    }
  }
  return fileTensor(shape, 'float32', new Uint8Array(result.buffer))
}
