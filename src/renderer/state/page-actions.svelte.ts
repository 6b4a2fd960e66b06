import { untrack } from 'svelte'
import type { ActionId } from '#shared/protocol/window-actions.ts'

/** What a page offers to do with what it shows, by action. */
export type Offer = Readonly<Partial<Record<ActionId, () => void>>>

/** Actions on the thing in view: each page says what it can do now, the palette and the menus ask for it. */
export class PageActions {
  #offers = $state.raw<readonly Offer[]>([])

  readonly #merged: Offer = $derived(Object.assign({}, ...this.#offers))

  /** Offers actions as long as they are possible; returns the function that takes them back. */
  offer(actions: Offer): () => void {
    // Who offers in an effect does not depend on what others offer.
    untrack(() => (this.#offers = [...this.#offers, actions]))
    return () => {
      this.#offers = this.#offers.filter((offer) => offer !== actions)
    }
  }

  /** Undefined where nothing in view can do this. */
  get(id: ActionId): (() => void) | undefined {
    return this.#merged[id]
  }
}
