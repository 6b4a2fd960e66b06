/** A part of the picture that somebody framed, and the same as a filter of the table. */
import type { ExperimentFilter } from '#shared/experiment/filter/experiment-filter.ts'
import type { NetworkRun } from './network-points.ts'

export interface Frame {
  /** From, to. */
  readonly bytes: readonly [number, number]
  /** From, to, in [0, 1]. */
  readonly accuracy: readonly [number, number]
}

/** Digits behind the point that a filter says of KiB and of percent: finer than anybody can point. */
const digits = 2
const scale = 10 ** digits
const bytesPerKibibyte = 1024

/** The frame whose sides a filter can say in few digits: the next ones outside of what was drawn. */
export function frameAround(bytes: readonly [number, number], accuracy: readonly [number, number]): Frame {
  return {
    bytes: [
      bytesPerKibibyte * roundedDown(bytes[0] / bytesPerKibibyte),
      bytesPerKibibyte * roundedUp(bytes[1] / bytesPerKibibyte),
    ],
    accuracy: [0.01 * roundedDown(100 * accuracy[0]), 0.01 * roundedUp(100 * accuracy[1])],
  }
}

export function isInFrame({ bytes, accuracy }: NetworkRun, frame: Frame): boolean {
  const isBetween = (value: number, [low, high]: readonly [number, number]) => value >= low && value <= high
  return isBetween(bytes, frame.bytes) && isBetween(accuracy, frame.accuracy)
}

/** The runs of a frame in the language of the table. */
export function filterOfFrame(network: string, dataset: string | undefined, frame: Frame): ExperimentFilter {
  const equal = (field: string, value: string) => ({ type: 'compare', field, operator: '=', value }) as const
  const bound = (field: string, operator: '>=' | '<=', number: number, unit: string) =>
    ({ type: 'compare', field, operator, value: { number, unit } }) as const
  const [least, most] = frame.bytes.map((bytes) => shortened(bytes / bytesPerKibibyte))
  const [low, high] = frame.accuracy.map((accuracy) => shortened(100 * accuracy))
  return {
    type: 'all',
    of: [
      equal('network', network),
      ...(dataset === undefined ? [] : [equal('dataset', dataset)]),
      bound('size', '>=', least ?? 0, 'KiB'),
      bound('size', '<=', most ?? 0, 'KiB'),
      bound('accuracy', '>=', low ?? 0, '%'),
      bound('accuracy', '<=', high ?? 0, '%'),
    ],
  }
}

function roundedDown(value: number): number {
  return Math.floor(scale * value) / scale
}

function roundedUp(value: number): number {
  return Math.ceil(scale * value) / scale
}

/** Without the last digits that only binary fractions have. */
function shortened(value: number): number {
  return Number(value.toFixed(digits))
}
