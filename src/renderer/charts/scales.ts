/** From values to pixels of the frame of a chart, and back. */
export interface Scales {
  readonly toX: (value: number) => number
  readonly toY: (value: number) => number
  readonly fromX: (pixels: number) => number
  readonly fromY: (pixels: number) => number
  readonly top: number
  readonly bottom: number
  readonly left: number
  readonly right: number
}
