/** Content of a page comes within this, or the page starts where it can. */
const patienceMs = 3000

/**
 * Scrolls down to `top` CSS pixels as soon as there is so much to scroll, unless a person moves first.
 * @returns ends the attempt
 */
export function returnToScroll(element: HTMLElement, top: number): () => void {
  element.scrollTo(0, top)
  const ended = new AbortController()
  const until = performance.now() + patienceMs
  const attempt = (now: number): void => {
    if (ended.signal.aborted || now > until) return end()
    if (Math.abs(element.scrollTop - top) <= 1) return end()
    element.scrollTo(0, top)
    requestAnimationFrame(attempt)
  }
  const end = (): void => ended.abort()
  for (const type of ['wheel', 'pointerdown', 'keydown'] as const) {
    element.addEventListener(type, end, { signal: ended.signal, passive: true })
  }
  requestAnimationFrame(attempt)
  return end
}
