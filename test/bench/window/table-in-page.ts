/** What happens in the page of the table: each function is sent there, and uses nothing from outside. */

/** Scrolls the table, and comes back when the frame that shows it is done. */
export async function scrollBy(pixels: number): Promise<void> {
  const scroller = document.querySelector('[role="grid"]')?.parentElement
  if (scroller === null || scroller === undefined) throw new Error('There is no table.')
  await new Promise((resolve) => requestAnimationFrame(resolve))
  scroller.scrollTop += pixels
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
}

/** Presses a heading of the table, and comes back when the frame that shows the new order is done. */
export async function sortBy(title: string): Promise<void> {
  const buttons = [...document.querySelectorAll<HTMLElement>('[role="grid"] thead button')]
  const heading = buttons.find((button) => button.textContent.trim() === title)
  if (heading === undefined) throw new Error(`There is no heading ${title}.`)
  heading.click()
  await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)))
}

/** Begins to note how long each click takes from the input to the paint that answers it; shorter than 16 ms is not noted. */
export function noteClicks(): void {
  const durations: number[] = []
  Object.assign(window, { notedClicks: durations })
  new PerformanceObserver((list) => {
    for (const { name, duration } of list.getEntries()) if (name === 'click') durations.push(duration)
  }).observe({ type: 'event', durationThreshold: 16 } as PerformanceObserverInit)
}

export function notedClicks(): readonly number[] {
  return (window as unknown as { readonly notedClicks: readonly number[] }).notedClicks
}
