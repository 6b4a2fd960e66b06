/** How far the notes that somebody types have come. */
export type NotesState = 'saved' | 'changed' | 'saving' | 'failed'

const typingPauseMs = 700

/** Notes that save themselves: after a pause in the typing, and at once when the field or the page is left. */
export class NotesEditor {
  readonly #save: (notes: string) => Promise<boolean>
  #text = $state('')
  #state = $state<NotesState>('saved')
  #stored: string
  #timer: ReturnType<typeof setTimeout> | undefined

  /** @param save answers whether the notes were stored, and tells when not */
  constructor(stored: string, save: (notes: string) => Promise<boolean>) {
    this.#text = stored
    this.#stored = stored
    this.#save = save
  }

  get text(): string {
    return this.#text
  }

  get state(): NotesState {
    return this.#state
  }

  type(text: string): void {
    this.#text = text
    this.#state = text === this.#stored ? 'saved' : 'changed'
    clearTimeout(this.#timer)
    if (this.#state === 'changed') this.#timer = setTimeout(() => void this.flush(), typingPauseMs)
  }

  /** Notes that came from elsewhere; what is typed and not stored yet stays. */
  receive(stored: string): void {
    const isUntouched = this.#text === this.#stored
    this.#stored = stored
    if (isUntouched) this.#text = stored
  }

  /** Saves now what is not stored yet; also after a failure. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer)
    // What is typed while it is being saved is saved after it.
    if (this.#state === 'saved' || this.#state === 'saving') return
    while (this.#text !== this.#stored) {
      const text = this.#text
      this.#state = 'saving'
      if (!(await this.#save(text))) {
        this.#state = 'failed'
        return
      }
      this.#stored = text
    }
    this.#state = 'saved'
  }
}
