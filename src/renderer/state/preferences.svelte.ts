import type { StudioApi } from '#shared/protocol/contract.ts'
import type { Settings } from '#shared/protocol/settings.ts'
import { ask } from './client.ts'
import { Resource } from './resource.svelte.ts'

/** The stored settings, and the theme they put on the page. */
export class Preferences {
  readonly settings: Resource<Settings>
  readonly #unsubscribe: () => void
  readonly #system = matchMedia('(prefers-color-scheme: dark)')
  #systemIsDark = $state(this.#system.matches)
  readonly #onSystemChange = (event: MediaQueryListEvent): void => {
    this.#systemIsDark = event.matches
  }

  constructor(api: StudioApi) {
    this.settings = new Resource(() => ask(api, 'studio.settings', {}))
    this.#unsubscribe = api.on('settings-changed', (settings) => this.settings.set(settings))
    this.#system.addEventListener('change', this.#onSystemChange)
  }

  /** What is on screen now; canvases redraw when it changes. */
  get theme(): 'light' | 'dark' {
    const chosen = this.settings.value?.theme ?? 'system'
    if (chosen !== 'system') return chosen
    return this.#systemIsDark ? 'dark' : 'light'
  }

  dispose(): void {
    this.#unsubscribe()
    this.#system.removeEventListener('change', this.#onSystemChange)
  }
}
