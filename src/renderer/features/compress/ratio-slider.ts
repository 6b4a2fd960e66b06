/** Mathematics of the slider over compression ratios: its positions are spread evenly over their logarithm. */
import type { SketchPoint } from '#shared/protocol/trainer-protocol.ts'

/** Positions are whole numbers from 0 to this. */
export const lastPosition = 200

export interface RatioRange {
  readonly least: number
  readonly most: number
}

/** What can be reached, by the sketch of a network; undefined without a choice. @param points of growing ratio */
export function ratioRange(points: readonly SketchPoint[]): RatioRange | undefined {
  const least = points[0]?.ratio
  const most = points.at(-1)?.ratio
  return least === undefined || most === undefined || !(least < most) ? undefined : { least, most }
}

/** The ratio of `range` that is nearest to `ratio`. */
export function withinRange(ratio: number, { least, most }: RatioRange): number {
  return Math.min(most, Math.max(least, ratio))
}

/** The ratio at a position, in three digits where it is not one of the ends. */
export function ratioAt(position: number, { least, most }: RatioRange): number {
  const ratio = least * (most / least) ** (position / lastPosition)
  return withinRange(Number(ratio.toPrecision(3)), { least, most })
}

/** The position nearest to a ratio. */
export function positionOf(ratio: number, { least, most }: RatioRange): number {
  const share = Math.log(withinRange(ratio, { least, most }) / least) / Math.log(most / least)
  return Math.round(share * lastPosition)
}

export interface Expectation {
  readonly bytes: number
  readonly relativeError: number
}

/**
 * What a file of `ratio` is expected to be, between the points of a sketch of growing ratio and at its ends outside of
 * them; undefined without points.
 */
export function expectedAt(points: readonly SketchPoint[], ratio: number): Expectation | undefined {
  const after = points.find((point) => point.ratio >= ratio) ?? points.at(-1)
  const before = points.findLast((point) => point.ratio <= ratio) ?? points[0]
  if (before === undefined || after === undefined) return undefined
  const bytes = Math.round(
    (before.bytes * before.ratio) / withinRange(ratio, { least: before.ratio, most: after.ratio }),
  )
  if (before.ratio === after.ratio) return { bytes, relativeError: before.relativeError }
  const share = Math.log(ratio / before.ratio) / Math.log(after.ratio / before.ratio)
  return { bytes, relativeError: before.relativeError + share * (after.relativeError - before.relativeError) }
}
