/** Moving along the axis of a chart with the pointer: a wheel with Ctrl zooms, one to the side or a drag with Shift moves. */
import type uPlot from 'uplot'
import type { ZoomedRange } from '../state/charts.svelte.ts'

export interface ZoomTarget {
  readonly current: () => ZoomedRange | undefined
  /** All of the axis. */
  readonly range: () => ZoomedRange
  readonly onzoom: (range: ZoomedRange | undefined) => void
}

/** `range` with its place at `share` (0 = left end) kept, `factor` times as wide; undefined where that is all of it. */
export function rangeZoomedBy(
  range: ZoomedRange,
  all: ZoomedRange,
  factor: number,
  share = 0.5,
): ZoomedRange | undefined {
  const width = Math.max((range.max - range.min) * factor, 1e-6 * (all.max - all.min))
  if (width >= all.max - all.min) return undefined
  const min = range.min + share * (range.max - range.min - width)
  return inside({ min, max: min + width }, all)
}

/** `range` moved by a part of its width, not past an end. */
export function rangeMovedBy(range: ZoomedRange, all: ZoomedRange, share: number): ZoomedRange {
  const distance = share * (range.max - range.min)
  return inside({ min: range.min + distance, max: range.max + distance }, all)
}

function inside({ min, max }: ZoomedRange, all: ZoomedRange): ZoomedRange {
  const shift = Math.max(all.min - min, 0) + Math.min(all.max - max, 0)
  return { min: Math.max(all.min, min + shift), max: Math.min(all.max, max + shift) }
}

/** Begins to move a zoomed chart where Shift or the middle button is held; false where the press means something else. */
export function panning(plot: uPlot, event: MouseEvent, { current, range, onzoom }: ZoomTarget): boolean {
  const start = current()
  const isMeant = event.button === 1 || (event.button === 0 && event.shiftKey)
  if (!isMeant || start === undefined) return false
  const move = (moved: MouseEvent): void =>
    onzoom(rangeMovedBy(start, range(), (event.clientX - moved.clientX) / Math.max(1, plot.over.clientWidth)))
  const end = (): void => {
    document.removeEventListener('mousemove', move)
    document.removeEventListener('mouseup', end)
  }
  document.addEventListener('mousemove', move)
  document.addEventListener('mouseup', end)
  event.preventDefault()
  return true
}

/** A press that moves less is a click. */
const clickPixels = 3

/** Listens to wheel and clicks; returns what ends that. */
export function panAndZoom(plot: uPlot, target: ZoomTarget & { readonly onclick: () => void }): () => void {
  const { over } = plot
  let pressedAt = NaN
  const onWheel = (event: WheelEvent): void => {
    const all = target.range()
    const range = target.current() ?? all
    const width = Math.max(1, over.clientWidth)
    if (event.ctrlKey) {
      const share = (event.clientX - over.getBoundingClientRect().left) / width
      target.onzoom(rangeZoomedBy(range, all, Math.exp(event.deltaY / 200), share))
    } else if (Math.abs(event.deltaX) > Math.abs(event.deltaY) && target.current() !== undefined) {
      target.onzoom(rangeMovedBy(range, all, event.deltaX / width))
    } else return
    event.preventDefault()
  }
  const onDown = ({ clientX }: MouseEvent): void => void (pressedAt = clientX)
  const onClick = ({ clientX }: MouseEvent): void => {
    if (Math.abs(clientX - pressedAt) <= clickPixels) target.onclick()
  }
  over.addEventListener('wheel', onWheel, { passive: false })
  over.addEventListener('mousedown', onDown)
  over.addEventListener('click', onClick)
  return () => {
    over.removeEventListener('wheel', onWheel)
    over.removeEventListener('mousedown', onDown)
    over.removeEventListener('click', onClick)
  }
}
