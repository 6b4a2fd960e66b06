/** What the input of a graph says of the images, and what has to be said besides. */
import type { Network } from '#networks/network.ts'
import { quoted, type NamedFile } from '../file-error.ts'
import type { ParsedPort } from './model.ts'
import { onnxError } from './onnx-error.ts'

export interface Images {
  readonly shape: Network['inputShape']
  readonly batch: number
  readonly isChannelsLast: boolean
  /** Whether height or width are not those of the graph but what was asked for. */
  readonly isSizeGiven: boolean
}

/** Extent of a free batch: a prime, so that no other extent can be taken for it. */
const freeBatch = 65_537
const colours = 3
const largestSide = 4096

/**
 * @param inputSize height and width for a graph that leaves them free. Throws `AppException`: `input-size-needed` when they
 *   are free and it is not given, `invalid-argument` when the graph says another size, `file-unsupported` for what is no
 *   colour image
 */
export function imagesOf(file: NamedFile, { name, shape = [] }: ParsedPort, inputSize: number | undefined): Images {
  const at = `input ${quoted(name)}`
  const found = `[${shape.map((extent) => extent ?? 'free').join(', ')}]`
  const [batch, second, third, fourth] = shape
  const isChannelsLast = second !== colours && fourth === colours
  const [channels = colours, ownHeight, ownWidth] = isChannelsLast ? [fourth, second, third] : [second, third, fourth]
  if (shape.length !== 4 || channels !== colours) {
    const problem = `expected images [batch, 3, height, width] as ${at}, found ${found}`
    const remedy = 'Export the network for colour images; the batch, height and width may be free.'
    throw onnxError(file, 'file-unsupported', problem, at, remedy)
  }
  const [height = inputSize, width = inputSize] = [ownHeight, ownWidth]
  if (height === undefined || width === undefined) {
    const problem = `its ${at} leaves height and width free: ${found}`
    const remedy = 'Say the size of the images it is for: --input-size 224 (the side of a square in pixels).'
    throw onnxError(file, 'input-size-needed', problem, at, remedy)
  }
  if (inputSize !== undefined && (height !== inputSize || width !== inputSize)) {
    const problem = `it takes images of ${height} x ${width} pixels, and ${inputSize} were asked for`
    throw onnxError(file, 'invalid-argument', problem, at, 'Leave the input size out: the graph says it itself.')
  }
  if (height > largestSide || width > largestSide) {
    const problem = `expected images of at most ${largestSide} pixels a side, found ${height} x ${width}`
    throw onnxError(file, 'file-unsupported', problem, at)
  }
  return {
    shape: { channels, height, width },
    batch: batch ?? freeBatch,
    isChannelsLast,
    isSizeGiven: ownHeight === undefined || ownWidth === undefined,
  }
}
