/**
 * Bilinear resampling with antialias, to the bit as Pillow does it (Resample.c; torchvision's Resize on PIL images):
 * a triangle filter as wide as the reduction, weights in fixed point, rows first and rounded to bytes, then columns.
 */

/** Interleaved pixels, row-major: [height, width, 3]. */
export interface RgbImage {
  readonly width: number
  readonly height: number
  readonly pixels: Uint8Array
}

export interface Region {
  readonly left: number
  readonly top: number
  readonly width: number
  readonly height: number
}

/** 8 bits of value and 2 of room leave 22 for the fraction of a weight in a 32-bit sum. */
const PRECISION_BITS = 32 - 8 - 2
const HALF = 1 << (PRECISION_BITS - 1)
const CHANNELS = 3

/** For each output position: the first input position and the weights from there on. */
interface Weights {
  readonly starts: Int32Array
  readonly counts: Int32Array
  /** [positions, stride] */
  readonly values: Int32Array
  readonly stride: number
}

/** The `region` of `image` resized to `width` x `height`, as [region height, region width, 3]. */
export function resampleRegion(image: RgbImage, width: number, height: number, region: Region): Uint8Array {
  const vertical = weightsOf(image.height, height, region.top, region.height)
  const firstRow = vertical.starts[0] ?? 0
  const last = region.height - 1
  const rows = (vertical.starts[last] ?? 0) + (vertical.counts[last] ?? 0) - firstRow
  const narrow = resampleRows(
    image,
    weightsOf(image.width, width, region.left, region.width),
    region.width,
    firstRow,
    rows,
  )
  return resampleColumns(narrow, vertical, region.width, region.height, firstRow)
}

function resampleRows(image: RgbImage, weights: Weights, width: number, firstRow: number, rows: number): Uint8Array {
  const { starts, counts, values, stride } = weights
  const { pixels } = image
  const result = new Uint8Array(rows * width * CHANNELS)
  for (let row = 0; row < rows; row++) {
    const source = (firstRow + row) * image.width * CHANNELS
    let to = row * width * CHANNELS
    for (let column = 0; column < width; column++) {
      let red = HALF
      let green = HALF
      let blue = HALF
      let from = source + (starts[column] ?? 0) * CHANNELS
      const firstWeight = column * stride
      const end = firstWeight + (counts[column] ?? 0)
      for (let at = firstWeight; at < end; at++) {
        const weight = values[at] ?? 0
        red += (pixels[from] ?? 0) * weight
        green += (pixels[from + 1] ?? 0) * weight
        blue += (pixels[from + 2] ?? 0) * weight
        from += CHANNELS
      }
      result[to++] = toByte(red)
      result[to++] = toByte(green)
      result[to++] = toByte(blue)
    }
  }
  return result
}

function resampleColumns(
  narrow: Uint8Array,
  { starts, counts, values, stride }: Weights,
  width: number,
  height: number,
  firstRow: number,
): Uint8Array {
  const rowBytes = width * CHANNELS
  const result = new Uint8Array(height * rowBytes)
  const sums = new Int32Array(rowBytes)
  for (let row = 0; row < height; row++) {
    sums.fill(HALF)
    const count = counts[row] ?? 0
    for (let i = 0; i < count; i++) {
      const weight = values[row * stride + i] ?? 0
      const from = ((starts[row] ?? 0) - firstRow + i) * rowBytes
      for (let x = 0; x < rowBytes; x++) sums[x] = (sums[x] ?? 0) + (narrow[from + x] ?? 0) * weight
    }
    for (let x = 0; x < rowBytes; x++) result[row * rowBytes + x] = toByte(sums[x] ?? 0)
  }
  return result
}

function toByte(sum: number): number {
  return Math.max(0, Math.min(255, sum >> PRECISION_BITS))
}

/** Of `count` output positions from `first` on, when `inputSize` positions become `outputSize`. */
function weightsOf(inputSize: number, outputSize: number, first: number, count: number): Weights {
  const scale = inputSize / outputSize
  const filterScale = Math.max(scale, 1)
  const stride = Math.ceil(filterScale) * 2 + 1
  const starts = new Int32Array(count)
  const counts = new Int32Array(count)
  const values = new Int32Array(count * stride)
  const exact = new Float64Array(stride)
  for (let position = 0; position < count; position++) {
    const centre = (first + position + 0.5) * scale
    const start = Math.max(0, Math.trunc(centre - filterScale + 0.5))
    const taps = Math.min(inputSize, Math.trunc(centre + filterScale + 0.5)) - start
    let total = 0
    for (let tap = 0; tap < taps; tap++) {
      const distance = Math.abs((tap + start - centre + 0.5) * (1 / filterScale))
      exact[tap] = distance < 1 ? 1 - distance : 0
      total += exact[tap] ?? 0
    }
    starts[position] = start
    counts[position] = taps
    for (let tap = 0; tap < taps; tap++) {
      const weight = total === 0 ? 0 : (exact[tap] ?? 0) / total
      values[position * stride + tap] = Math.trunc(0.5 + weight * 2 ** PRECISION_BITS)
    }
  }
  return { starts, counts, values, stride }
}
