/** What happens in the page of charts: the function is sent there, and uses nothing from outside. */

export interface Wheel {
  readonly ctrlKey: boolean
  readonly deltaX: number
  readonly deltaY: number
}

/** Turns the wheel over the middle of the first chart, and comes back when the frame that shows it is done. */
export async function turnWheel(wheel: Wheel): Promise<void> {
  const over = document.querySelector('.u-over')
  if (over === null) throw new Error('There is no chart.')
  const { left, top, width, height } = over.getBoundingClientRect()
  const place = { clientX: left + width / 2, clientY: top + height / 2, bubbles: true, cancelable: true }
  over.dispatchEvent(new WheelEvent('wheel', { ...place, ...wheel }))
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
}
