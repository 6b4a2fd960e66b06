/**
 * Gradient of a convolution with respect to its filter, for the reference executor. The stock kernel of the plain cpu
 * backend visits every filter cell with nested accessors and needs ten seconds for one layer of a batch of 32.
 */

/** Geometry as `tf.backend_util.computeConv2DInfo` returns it. */
interface FilterGradientInfo {
  readonly batchSize: number
  readonly inHeight: number
  readonly inWidth: number
  readonly inChannels: number
  readonly outHeight: number
  readonly outWidth: number
  readonly outChannels: number
  readonly filterHeight: number
  readonly filterWidth: number
  readonly strideHeight: number
  readonly strideWidth: number
  readonly padInfo: { readonly top: number; readonly left: number }
}

/**
 * x [batch, height, width, channels] and dy [batch, rows, columns, filters], row-major, to
 * [filterHeight, filterWidth, channels, filters]. Sums in double precision, pixel by pixel.
 */
export function filterGradient(info: FilterGradientInfo, x: ArrayLike<number>, dy: ArrayLike<number>): Float32Array {
  const { inChannels, outChannels, filterHeight, filterWidth } = info
  const sum = new Float64Array(filterHeight * filterWidth * inChannels * outChannels)
  for (let batch = 0; batch < info.batchSize; batch++) {
    for (let row = 0; row < info.outHeight; row++) {
      for (let column = 0; column < info.outWidth; column++) {
        const dyStart = ((batch * info.outHeight + row) * info.outWidth + column) * outChannels
        for (let filterRow = 0; filterRow < filterHeight; filterRow++) {
          const inRow = row * info.strideHeight + filterRow - info.padInfo.top
          if (inRow < 0 || inRow >= info.inHeight) continue
          for (let filterColumn = 0; filterColumn < filterWidth; filterColumn++) {
            const inColumn = column * info.strideWidth + filterColumn - info.padInfo.left
            if (inColumn < 0 || inColumn >= info.inWidth) continue
            const xStart = ((batch * info.inHeight + inRow) * info.inWidth + inColumn) * inChannels
            const sumStart = (filterRow * filterWidth + filterColumn) * inChannels * outChannels
            addOuterProduct(sum, sumStart, x, xStart, inChannels, dy, dyStart, outChannels)
          }
        }
      }
    }
  }
  return Float32Array.from(sum)
}

function addOuterProduct(
  sum: Float64Array,
  sumStart: number,
  x: ArrayLike<number>,
  xStart: number,
  channels: number,
  dy: ArrayLike<number>,
  dyStart: number,
  filters: number,
): void {
  for (let channel = 0; channel < channels; channel++) {
    const factor = x[xStart + channel] ?? 0
    if (factor === 0) continue
    const start = sumStart + channel * filters
    for (let filter = 0; filter < filters; filter++) {
      sum[start + filter] = (sum[start + filter] ?? 0) + factor * (dy[dyStart + filter] ?? 0)
    }
  }
}
