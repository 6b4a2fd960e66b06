import type { StudioApi } from '#shared/protocol/contract.ts'
import { brightnessOf, type Settings, type Theme } from '#shared/protocol/settings.ts'
import { ask } from './client.ts'
import { Resource } from './resource.svelte.ts'

/** The stored settings, and the theme they put on the page. */
export class Preferences {
  readonly settings: Resource<Settings>
  readonly #unsubscribe: () => void
  readonly #system = matchMedia('(prefers-color-scheme: dark)')
  #systemIsDark = $state(this.#system.matches)
  readonly #contrast = matchMedia('(prefers-contrast: more)')
  #systemHasContrast = $state(this.#contrast.matches)
  readonly #onSystemChange = (): void => {
    this.#systemIsDark = this.#system.matches
    this.#systemHasContrast = this.#contrast.matches
  }

  constructor(api: StudioApi) {
    this.settings = new Resource(() => ask(api, 'studio.settings', {}))
    this.#unsubscribe = api.on('settings-changed', (settings) => this.settings.set(settings))
    this.#system.addEventListener('change', this.#onSystemChange)
    this.#contrast.addEventListener('change', this.#onSystemChange)
  }

  /** What is on screen now; canvases redraw when it changes. */
  get theme(): 'light' | 'dark' {
    const chosen = brightnessOf(this.#chosen)
    if (chosen !== 'system') return chosen
    return this.#systemIsDark ? 'dark' : 'light'
  }

  /** Whether lines and texts stand out more: by the theme that was chosen, or as the system asks. */
  get hasHighContrast(): boolean {
    return this.#chosen.startsWith('contrast-') || (this.#chosen === 'system' && this.#systemHasContrast)
  }

  get #chosen(): Theme {
    return this.settings.value?.theme ?? 'system'
  }

  dispose(): void {
    this.#unsubscribe()
    this.#system.removeEventListener('change', this.#onSystemChange)
    this.#contrast.removeEventListener('change', this.#onSystemChange)
  }
}
