/**
 * Whether an element is in sight. What is drawn for it can wait until then: nine charts of ten are out of sight while a
 * reader zooms the tenth.
 */
export class Sight {
  #isIn = $state(true)

  /** Attaches to the element; returns what ends that. */
  readonly watch = (element: Element): (() => void) => {
    const observer = new IntersectionObserver((entries) => {
      this.#isIn = entries.at(-1)?.isIntersecting ?? true
    })
    observer.observe(element)
    return () => observer.disconnect()
  }

  /** The newest value while the element is in sight, afterwards the last one that was: nothing is made for nobody. */
  keep<T>(newest: () => T): () => T {
    let kept: { readonly value: T } | undefined
    return () => {
      if (this.#isIn || kept === undefined) kept = { value: newest() }
      return kept.value
    }
  }
}
