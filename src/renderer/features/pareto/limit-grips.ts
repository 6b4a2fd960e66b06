/** Where the limits lie in a picture of accuracy against bytes, and what their grips cover. */
import type { Box } from '../../charts/label-places.ts'
import type { Scales } from '../../charts/scales.ts'
import { formatBytes } from '../../format/format.ts'
import { paretoTexts } from './texts.ts'

export interface Limits {
  /** Undefined: no limit. Its line waits at the edge. */
  readonly bytes: number | undefined
  /** That may be lost. */
  readonly points: number | undefined
  /** Accuracy of the original, in [0, 1]; without it none is a limit. */
  readonly original: number | undefined
}

export interface PlacedLimits {
  readonly x: number
  readonly y: number
  /** On the grips. */
  readonly bytesText: string
  readonly lostText: string
}

/** Pixels of a character on a grip, at most about, and of all that is beside its text. */
const characterPixels = 6.4
const gripPadding = 18
const gripHeight = 20
/** Of the upright grip above the lower edge, and of the level one below its line and above it while it waits. */
const uprightBottom = 24
const levelTop = 4
const waitingTop = -24
const levelLeft = 8

export function placeLimits(scales: Scales, { bytes, points, original }: Limits): PlacedLimits {
  const { left, right, top, bottom, toX, toY } = scales
  return {
    x: clamp(bytes === undefined ? right : toX(bytes), left, right),
    y: clamp(points === undefined || original === undefined ? bottom : toY(original - points / 100), top, bottom),
    bytesText: bytes === undefined ? paretoTexts.noSizeLimit : paretoTexts.atMost(formatBytes(bytes)),
    lostText: points === undefined ? paretoTexts.noAccuracyLimit : paretoTexts.loseAtMost(paretoTexts.points(points)),
  }
}

/** As `LimitLines` draws them: a name that lay there could not be read. */
export function gripBoxes(scales: Scales, limits: Limits): readonly Box[] {
  const { x, y, bytesText, lostText } = placeLimits(scales, limits)
  const width = (text: string): number => characterPixels * text.length + gripPadding
  const uprightWidth = width(bytesText)
  const uprightRight = limits.bytes === undefined ? x : x + uprightWidth / 2
  const upright = box(uprightRight - uprightWidth, scales.bottom - uprightBottom - gripHeight, uprightWidth)
  if (limits.original === undefined) return [upright]
  const levelY = y + (limits.points === undefined ? waitingTop : levelTop)
  return [upright, box(scales.left + levelLeft, levelY, width(lostText))]
}

export function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value))
}

function box(left: number, top: number, width: number): Box {
  return { left, top, right: left + width, bottom: top + gripHeight }
}
