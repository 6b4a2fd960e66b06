import type { AppError, Result } from '#shared/basics/result.ts'

/**
 * Something the studio was asked for: not here yet, here, or failed. A page shows one of three pictures by it.
 * While it is loaded again the old value stays.
 */
export class Resource<T> {
  readonly #fetch: () => Promise<Result<T>>
  #value = $state.raw<T>()
  #error = $state.raw<AppError>()
  #isLoading = $state(false)
  /** Answers of overtaken questions are dropped. */
  #question = 0

  constructor(fetch: () => Promise<Result<T>>) {
    this.#fetch = fetch
  }

  get value(): T | undefined {
    return this.#value
  }

  get error(): AppError | undefined {
    return this.#error
  }

  get isLoading(): boolean {
    return this.#isLoading
  }

  async load(): Promise<void> {
    const question = ++this.#question
    this.#isLoading = true
    const result = await this.#fetch()
    if (question !== this.#question) return
    this.#isLoading = false
    if (result.ok) this.set(result.value)
    else this.#error = result.error
  }

  /** A newer value came by an event. */
  set(value: T): void {
    this.#value = value
    this.#error = undefined
  }
}
