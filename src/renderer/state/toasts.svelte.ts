import type { AppError } from '#shared/basics/result.ts'

export interface Toast {
  readonly id: number
  readonly tone: 'positive' | 'negative' | 'neutral'
  readonly title: string
  readonly detail?: string
  readonly where?: string
  readonly remedy?: string
  readonly code?: string
}

const shownMs = 5000
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
    this.#add({ tone: 'neutral', title, ...(detail === undefined ? {} : { detail }) }, true)
  }

  succeed(title: string, detail?: string): void {
    this.#add({ tone: 'positive', title, ...(detail === undefined ? {} : { detail }) }, true)
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
      false,
    )
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

  #add(toast: Omit<Toast, 'id'>, leaves: boolean): void {
    const id = this.#nextId++
    this.#items = [...this.#items, { ...toast, id }].slice(-limit)
    if (leaves)
      this.#timers.set(
        id,
        setTimeout(() => this.close(id), shownMs),
      )
  }
}
