import type { EventName, StudioEvents } from '#shared/protocol/events.ts'

/** The announcing half of a made-up studio. */
export class Announcer {
  readonly #listeners = new Map<EventName, Set<(payload: never) => void>>()

  on<E extends EventName>(event: E, listener: (payload: StudioEvents[E]) => void): () => void {
    const listeners = this.#listeners.get(event) ?? new Set()
    this.#listeners.set(event, listeners)
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  announce<E extends EventName>(event: E, payload: StudioEvents[E]): void {
    // The map holds for each event listeners of that event only; `on` is the one place that fills it.
    for (const listener of this.#listeners.get(event) ?? []) (listener as (payload: StudioEvents[E]) => void)(payload)
  }

  /** How many listen to anything. */
  get listenerCount(): number {
    return [...this.#listeners.values()].reduce((sum, listeners) => sum + listeners.size, 0)
  }
}
