import type { LibraryTrashRecords } from '#shared/protocol/commands/library.ts'
import type { StudioApi } from '#shared/protocol/contract.ts'
import type { DatasetRecord, NetworkRecord } from '#shared/protocol/records.ts'
import { ask } from './client.ts'
import { Resource } from './resource.svelte.ts'

/** The networks and data sets of the store, kept current by its announcements. */
export class Library {
  readonly networks: Resource<readonly NetworkRecord[]>
  readonly datasets: Resource<readonly DatasetRecord[]>
  /** Read when somebody looks at it, and kept current from then on. */
  readonly trash: Resource<LibraryTrashRecords>
  readonly #unsubscribe: () => void

  constructor(api: StudioApi) {
    this.networks = new Resource(() => ask(api, 'networks.list', {}))
    this.datasets = new Resource(() => ask(api, 'datasets.list', {}))
    this.trash = new Resource(() => ask(api, 'library.trash', {}))
    this.#unsubscribe = api.on('library-changed', ({ networks, datasets }) => {
      this.networks.set(networks)
      this.datasets.set(datasets)
      if (this.trash.value !== undefined) void this.trash.load()
    })
  }

  network(id: string | undefined): NetworkRecord | undefined {
    return this.networks.value?.find((network) => network.id === id)
  }

  dataset(id: string | undefined): DatasetRecord | undefined {
    return this.datasets.value?.find((dataset) => dataset.id === id)
  }

  async load(): Promise<void> {
    await Promise.all([this.networks.load(), this.datasets.load()])
  }

  dispose(): void {
    this.#unsubscribe()
  }
}
