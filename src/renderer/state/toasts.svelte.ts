import type { AppError } from '#shared/basics/result.ts'

export interface Toast {
  readonly id: number
  readonly tone: 'positive' | 'negative' | 'neutral'
  readonly title: string
  readonly detail?: string
  readonly where?: string
  readonly remedy?: string
  readonly code?: string
  /** A button in it; pressing it closes the message. */
  readonly action?: { readonly title: string; readonly run: () => void }
}

const shownMs = 5000
/** Of a message with a button: somebody has to read and decide. */
const offeredMs = 12_000
const limit = 5

/** Short messages in the corner. Errors stay until they are closed; the rest leaves by itself. */
export class Toasts {
  #items = $state.raw<readonly Toast[]>([])
  #nextId = 1
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>()

  get items(): readonly Toast[] {
    return this.#items
  }

  inform(title: string, detail?: string): void {
    this.#add({ tone: 'neutral', title, ...(detail === undefined ? {} : { detail }) }, shownMs)
  }

  succeed(title: string, detail?: string): void {
    this.#add({ tone: 'positive', title, ...(detail === undefined ? {} : { detail }) }, shownMs)
  }

  /** What was done, with a button that does something about it. */
  offer(title: string, action: NonNullable<Toast['action']>): void {
    this.#add({ tone: 'positive', title, action }, offeredMs)
  }

  /** `title` says what was tried; the error says what happened, where, and what to do. */
  fail(title: string, error: AppError): void {
    this.#add(
      {
        tone: 'negative',
        title,
        detail: error.message,
        code: error.code,
        ...(error.where === undefined ? {} : { where: error.where }),
        ...(error.remedy === undefined ? {} : { remedy: error.remedy }),
      },
      undefined,
    )
  }

  closeTitled(title: string): void {
    for (const item of this.#items) if (item.title === title) this.close(item.id)
  }

  close(id: number): void {
    clearTimeout(this.#timers.get(id))
    this.#timers.delete(id)
    this.#items = this.#items.filter((item) => item.id !== id)
  }

  dispose(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer)
    this.#timers.clear()
  }

  /** @param lastsMs undefined: until it is closed */
  #add(toast: Omit<Toast, 'id'>, lastsMs: number | undefined): void {
    const id = this.#nextId++
    this.#items = [...this.#items, { ...toast, id }].slice(-limit)
    if (lastsMs !== undefined)
      this.#timers.set(
        id,
        setTimeout(() => this.close(id), lastsMs),
      )
  }
}
