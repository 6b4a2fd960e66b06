import type { Pair } from '#networks/network.ts'
import type { OperatorCall } from '../operator-call.ts'

/** Pixels around a map. */
export interface Padding {
  /** [top, left] */
  readonly before: Pair
  /** [bottom, right] */
  readonly after: Pair
}

const mostPadding = 4096

/**
 * Padding of a convolution or pool, from `pads` or `auto_pad`.
 * @param extent [height, width] of the map
 * @param reach [height, width] of a window, gaps of dilation included
 */
export function paddingOf(operation: OperatorCall, extent: readonly number[], reach: Pair, stride: Pair): Padding {
  const mode = operation.text('auto_pad', 'NOTSET')
  switch (mode) {
    case 'NOTSET':
    case '': {
      const pads = operation.ints('pads') ?? [0, 0, 0, 0]
      const [top = 0, left = 0, bottom = 0, right = 0] = pads
      if (pads.length !== 4)
        return operation.unsupported(`expected four pads, for the sides of a map, found ${pads.length}`)
      if (pads.some((pad) => pad < 0 || pad > mostPadding)) {
        return operation.unsupported(`expected pads of 0 to ${mostPadding}, found ${pads.join(', ')}`)
      }
      return { before: [top, left], after: [bottom, right] }
    }
    case 'VALID':
      return { before: [0, 0], after: [0, 0] }
    case 'SAME_UPPER':
    case 'SAME_LOWER': {
      const missing = (axis: 0 | 1): number => {
        const size = extent[axis] ?? 1
        const windows = Math.ceil(size / stride[axis])
        return Math.max(0, (windows - 1) * stride[axis] + reach[axis] - size)
      }
      // An odd pixel goes to the end (upper) or to the beginning (lower).
      const less: Pair = [Math.floor(missing(0) / 2), Math.floor(missing(1) / 2)]
      const more: Pair = [Math.ceil(missing(0) / 2), Math.ceil(missing(1) / 2)]
      return mode === 'SAME_UPPER' ? { before: less, after: more } : { before: more, after: less }
    }
    default:
      return operation.corrupt(
        `expected NOTSET, VALID, SAME_UPPER or SAME_LOWER as auto_pad, found ${mode.slice(0, 40)}`,
      )
  }
}
