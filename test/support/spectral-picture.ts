/**
 * The picture of docs/method.md: what becomes of one kernel of the sample network under the preset `spectral`. Every number
 * in it comes from the network and from the code that compresses it.
 */
import { join } from 'node:path'
import { encodeNetwork } from '#trainer/methods/spectral/encode.ts'
import { loadNetwork } from '#trainer/weights/stored-network.ts'
import { divergingColor, type DivergingColors } from '#renderer/charts/kernel-picture.ts'
import { spectralDefaults } from '#shared/methods/spectral/defaults.ts'
import { kernelBasis, sixteenths } from '#shared/tensors/spectral-layer.ts'

/** A kernel with a large code, a negative one, small ones and zeros; about as exact as others of its layer. */
const shown = { layer: 'layer2.0.conv1.weight', filter: 0, channel: 6 } as const

/** What becomes of a kernel, frequency by frequency or weight by weight, row by row. */
interface CodedKernel {
  /** Of the folded kernel, over the gain of its filter. */
  readonly weights: readonly number[]
  readonly coefficients: readonly number[]
  readonly steps: readonly number[]
  readonly codes: readonly number[]
  readonly decoded: readonly number[]
}

const pictures = kernelBasis(3, 3).map((picture) => [...picture])

/** The picture, as SVG. */
export async function spectralPicture(): Promise<string> {
  return drawn(await codedKernel())
}

async function codedKernel(): Promise<CodedKernel> {
  const path = join(import.meta.dirname, '../../resources/samples/resnet20-cifar10.safetensors')
  const original = await loadNetwork({ path, architecture: 'resnet20-cifar-b', classes: 10 })
  const { coded, content } = await encodeNetwork(original, '0'.repeat(64), spectralDefaults)
  const layer = coded.layers.find(({ name }) => name === shown.layer)
  const packaged = content.layers.find(({ name }) => name === shown.layer)
  if (layer === undefined || packaged === undefined) throw new Error(`The sample network has no ${shown.layer}.`)
  const [, channels = 1] = layer.shape
  const start = (shown.filter * channels + shown.channel) * layer.size
  const coefficients = [...layer.coefficients.subarray(start, start + layer.size)]
  const codes = [...packaged.codes.subarray(start, start + layer.size)]
  const steps = [...packaged.stepExponents].map((exponent) => content.step * sixteenths(exponent))
  const decoded = weightsOf(codes.map((code, at) => code * (steps[at] ?? 0)))
  return { weights: weightsOf(coefficients), coefficients, steps, codes, decoded }
}

function weightsOf(coefficients: readonly number[]): readonly number[] {
  return coefficients.map((_, position) =>
    coefficients.reduce((sum, coefficient, at) => sum + coefficient * (pictures[at]?.[position] ?? 0), 0),
  )
}

const colors: DivergingColors = { negative: [33, 102, 172], zero: [247, 247, 247], positive: [178, 24, 43] }
const [ink, muted, line] = ['#16191f', '#555c6b', '#8a91a0'] as const
const [width, height] = [1000, 214] as const
const [top, cell, pitch] = [54, 34, 36] as const
const panel = 3 * pitch
/** From one panel to the next, with the sign between them. */
const distance = panel + 62
const margin = (width - 6 * panel - 5 * (distance - panel)) / 2

function drawn({ weights, coefficients, steps, codes, decoded }: CodedKernel): string {
  const limit = largest(weights)
  const error = Math.sqrt(squares(weights.map((weight, at) => weight - (decoded[at] ?? 0))) / squares(weights))
  const zeros = codes.filter((code) => code === 0).length
  const layer = shown.layer.replace('.weight', '')
  const parts = [
    text(
      width / 2,
      24,
      `Kernel of ${layer}, filter ${shown.filter}, channel ${shown.channel}, of the sample network; weights in thousandths`,
      {
        size: 14,
        fill: ink,
      },
    ),
    grid(0, weights, limit, thousandths),
    caption(0, 'a kernel'),
    sign(0, '·'),
    ...pictures.flatMap((picture, at) => smallPicture(1, at, picture)),
    caption(1, 'its nine frequencies:', 'cosine pictures'),
    sign(1, '='),
    grid(2, coefficients, largest(coefficients), thousandths),
    caption(2, 'coefficients: how much', 'of each picture it holds'),
    sign(2, '÷'),
    grid(3, steps, Infinity, thousandths),
    caption(3, 'steps: coarser', 'for high frequencies'),
    sign(3, '≈'),
    grid(4, codes, largest(codes), signed),
    caption(4, 'codes, rounded:', `${zeros} of 9 are zero`),
    sign(4, '→'),
    grid(5, decoded, limit, thousandths),
    caption(5, 'the kernel a reader gets:', `relative error ${error.toFixed(2)}`),
  ]
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="system-ui, 'Liberation Sans', sans-serif">`,
    `<title>From a kernel to its codes and back</title>`,
    `<rect width="${width}" height="${height}" rx="8" fill="#ffffff"/>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n')
}

/** Nine numbers in their cells, coloured by sign and by magnitude up to `limit`. */
function grid(index: number, values: readonly number[], limit: number, format: (value: number) => string): string {
  const cells = values.map((value, at) => {
    const [x, y] = cellAt(index, at)
    const strength = Math.abs(value) / limit
    const label = text(x + cell / 2, y + cell / 2 + 4, format(value), {
      size: 12,
      fill: strength > 0.6 ? '#ffffff' : ink,
    })
    return `${square(x, y, cell, value, limit)}${label}`
  })
  return cells.join('\n')
}

/** One of the nine pictures in the place of its frequency. */
function smallPicture(index: number, at: number, picture: readonly number[]): readonly string[] {
  const [left, upper] = cellAt(index, at)
  const side = cell / 3
  const limit = largest(picture)
  const squaresOf = picture.map((value, position) =>
    square(left + (position % 3) * side, upper + Math.floor(position / 3) * side, side, value, limit),
  )
  return [
    squaresOf.join(''),
    `<rect x="${round(left)}" y="${round(upper)}" width="${cell}" height="${cell}" fill="none" stroke="${line}"/>`,
  ]
}

function cellAt(index: number, at: number): readonly [x: number, y: number] {
  return [margin + index * distance + (at % 3) * pitch, top + Math.floor(at / 3) * pitch]
}

function square(x: number, y: number, side: number, value: number, limit: number): string {
  const fill = `rgb(${divergingColor(value, limit, colors).map(Math.round).join(',')})`
  return `<rect x="${round(x)}" y="${round(y)}" width="${round(side)}" height="${round(side)}" fill="${fill}"/>`
}

function caption(index: number, ...lines: readonly string[]): string {
  const x = margin + index * distance + panel / 2
  return lines.map((words, at) => text(x, top + panel + 18 + 16 * at, words, { size: 12, fill: muted })).join('')
}

/** Between a panel and the next. */
function sign(index: number, symbol: string): string {
  const x = margin + index * distance + panel + (distance - panel) / 2 - 1
  return text(x, top + panel / 2 + 6, symbol, { size: 22, fill: muted })
}

function text(
  x: number,
  y: number,
  words: string,
  { size, fill }: { readonly size: number; readonly fill: string },
): string {
  return `<text x="${round(x)}" y="${round(y)}" font-size="${size}" fill="${fill}" text-anchor="middle">${words}</text>`
}

/** With a true minus sign. */
function signed(value: number): string {
  return String(value === 0 ? 0 : value).replace('-', '−')
}

function thousandths(value: number): string {
  return signed(Math.round(1000 * value))
}

function round(value: number): number {
  return Math.round(100 * value) / 100
}

function largest(values: readonly number[]): number {
  return Math.max(...values.map(Math.abs))
}

function squares(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value ** 2, 0)
}
