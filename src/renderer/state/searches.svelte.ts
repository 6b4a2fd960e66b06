import type { StudioApi } from '#shared/protocol/contract.ts'
import type { SearchRecord } from '#shared/forecast/search.ts'
import { ask } from './client.ts'
import { Resource } from './resource.svelte.ts'

/** Searches for a compression within limits, kept current by announcements. */
export class WindowSearches {
  /** Newest first. */
  readonly list: Resource<readonly SearchRecord[]>
  readonly #unsubscribe: () => void

  constructor(api: StudioApi) {
    this.list = new Resource(() => ask(api, 'candidates.searches', {}))
    this.#unsubscribe = api.on('search-changed', (search) => {
      const others = (this.list.value ?? []).filter(({ id }) => id !== search.id)
      const isKnown = others.length < (this.list.value ?? []).length
      const kept = (this.list.value ?? []).map((known) => (known.id === search.id ? search : known))
      this.list.set(isKnown ? kept : [search, ...others])
    })
  }

  /** The last one of a network. */
  ofNetwork(networkId: string | undefined): SearchRecord | undefined {
    return this.list.value?.find((search) => search.networkId === networkId)
  }

  dispose(): void {
    this.#unsubscribe()
  }
}
