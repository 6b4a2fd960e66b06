export interface VirtualWindow {
  /** First row to draw, and one past the last. */
  readonly start: number
  readonly end: number
}

/** Which of `count` rows of equal height are in sight, with some to spare. */
export function virtualWindow(
  scrollTop: number,
  viewportHeight: number,
  rowHeight: number,
  count: number,
  spare = 4,
): VirtualWindow {
  const first = Math.floor(Math.max(0, scrollTop) / rowHeight) - spare
  const shown = Math.ceil(viewportHeight / rowHeight) + 2 * spare
  const start = Math.max(0, Math.min(first, count - shown))
  return { start, end: Math.min(count, start + shown) }
}
