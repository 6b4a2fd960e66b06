/** The last few things that were made, for who asks again. What failed is not kept. */
export class RecentlyUsed<K, V> {
  readonly #capacity: number
  /** The oldest first. */
  readonly #made = new Map<K, Promise<V>>()

  constructor(capacity: number) {
    this.#capacity = capacity
  }

  get(key: K, make: () => Promise<V>): Promise<V> {
    const value = this.#made.get(key) ?? this.#makeNew(key, make)
    this.#made.delete(key)
    this.#made.set(key, value)
    for (const oldest of this.#made.keys()) {
      if (this.#made.size <= this.#capacity) break
      this.#made.delete(oldest)
    }
    return value
  }

  #makeNew(key: K, make: () => Promise<V>): Promise<V> {
    const value = make()
    value.catch(() => this.#made.delete(key))
    return value
  }
}
