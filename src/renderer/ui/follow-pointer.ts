/** Tells how far the pointer has gone since `event`, in CSS pixels to the right, until it is let go. */
export function followPointer(event: PointerEvent, onmove: (pixels: number) => void): void {
  const { currentTarget, clientX } = event
  if (!(currentTarget instanceof HTMLElement)) return
  event.preventDefault()
  currentTarget.setPointerCapture(event.pointerId)
  currentTarget.onpointermove = (move) => onmove(move.clientX - clientX)
  currentTarget.onlostpointercapture = () => {
    currentTarget.onpointermove = null
  }
}
