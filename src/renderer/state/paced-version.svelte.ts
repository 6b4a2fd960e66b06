/** A number to draw by: it grows with what has changed, but at most once in so many milliseconds. */
export class PacedVersion {
  readonly #everyMs: number
  #version = $state(0)
  #timer: ReturnType<typeof setTimeout> | undefined
  #grownAt = -Infinity

  constructor(everyMs: number) {
    this.#everyMs = everyMs
  }

  /** Reading it subscribes to the next change. */
  get value(): number {
    return this.#version
  }

  /** Something has changed. */
  grow(): void {
    const wait = Math.max(0, this.#grownAt + this.#everyMs - performance.now())
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined
      this.#grownAt = performance.now()
      this.#version++
    }, wait)
  }

  dispose(): void {
    clearTimeout(this.#timer)
  }
}
