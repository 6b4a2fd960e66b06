import type { SavedView } from '#shared/experiment/saved-view.ts'
import type { StudioApi } from '#shared/protocol/contract.ts'
import { ask } from './client.ts'
import { Resource } from './resource.svelte.ts'

/** The views of the table that people saved, kept current by the store's announcements. */
export class WindowViews {
  readonly list: Resource<readonly SavedView[]>
  readonly #unsubscribe: () => void

  constructor(api: StudioApi) {
    this.list = new Resource(() => ask(api, 'views.list', {}))
    this.#unsubscribe = api.on('views-changed', (views) => this.list.set(views))
  }

  dispose(): void {
    this.#unsubscribe()
  }
}
