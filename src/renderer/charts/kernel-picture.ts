/** One colour as bytes. */
export type Rgb = readonly [number, number, number]

/** Colours of the most negative weight, of zero, and of the most positive one. */
export interface DivergingColors {
  readonly negative: Rgb
  readonly zero: Rgb
  readonly positive: Rgb
}

export interface KernelPicture {
  readonly width: number
  readonly height: number
  /** RGBA, row-major: ready for `ImageData`. */
  readonly pixels: Uint8ClampedArray<ArrayBuffer>
}

export interface KernelPictureOptions {
  /** [height, width] of one kernel. */
  readonly kernelShape: readonly [number, number]
  readonly count: number
  readonly columns: number
  /** Weights of this magnitude get the full colour. */
  readonly limit: number
  /** Pixels of one weight. */
  readonly scale: number
  /** Transparent pixels between kernels. */
  readonly gap: number
  readonly colors: DivergingColors
}

/** Paints kernels [count, height, width] as a grid of small signed pictures. Missing values stay transparent. */
export function kernelPicture(kernels: Float32Array, options: KernelPictureOptions): KernelPicture {
  const [kernelHeight, kernelWidth] = options.kernelShape
  const { count, columns, scale, gap, limit, colors } = options
  const rows = Math.ceil(count / columns)
  const cellWidth = kernelWidth * scale + gap
  const cellHeight = kernelHeight * scale + gap
  const width = Math.max(1, columns * cellWidth - gap)
  const height = Math.max(1, rows * cellHeight - gap)
  const pixels = new Uint8ClampedArray(width * height * 4)
  for (let kernel = 0; kernel < count; kernel++) {
    const left = (kernel % columns) * cellWidth
    const top = Math.floor(kernel / columns) * cellHeight
    for (let row = 0; row < kernelHeight * scale; row++) {
      for (let column = 0; column < kernelWidth * scale; column++) {
        const weight =
          kernels[(kernel * kernelHeight + Math.floor(row / scale)) * kernelWidth + Math.floor(column / scale)]
        if (weight === undefined) continue
        const [red, green, blue] = divergingColor(weight, limit, colors)
        const at = ((top + row) * width + left + column) * 4
        pixels[at] = red
        pixels[at + 1] = green
        pixels[at + 2] = blue
        pixels[at + 3] = 255
      }
    }
  }
  return { width, height, pixels }
}

/** Colour of a signed value; what lies beyond `limit` gets the full colour. */
export function divergingColor(value: number, limit: number, colors: DivergingColors): Rgb {
  const share = limit > 0 && Number.isFinite(value) ? Math.min(1, Math.abs(value) / limit) : 0
  const end = value < 0 ? colors.negative : colors.positive
  const mix = (channel: 0 | 1 | 2): number =>
    Math.round(colors.zero[channel] + share * (end[channel] - colors.zero[channel]))
  return [mix(0), mix(1), mix(2)]
}

/** The magnitude that 99 % of the weights stay below: outliers must not make everything else pale. */
export function colorLimit(values: Float32Array): number {
  const magnitudes = values.map(Math.abs).filter(Number.isFinite).sort()
  return magnitudes[Math.floor(0.99 * (magnitudes.length - 1))] ?? 1
}
