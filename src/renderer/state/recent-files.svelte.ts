import type { PickedFile } from '#shared/protocol/commands/files.ts'
import type { StudioApi } from '#shared/protocol/contract.ts'
import { ask } from './client.ts'
import { stateTexts } from './texts.ts'
import type { Toasts } from './toasts.svelte.ts'

/** Files that came in lately, the newest first; the desktop app keeps them. */
export class WindowRecentFiles {
  readonly #api: StudioApi
  readonly #toasts: Toasts
  readonly #unsubscribe: () => void
  #list = $state.raw<readonly PickedFile[]>([])

  constructor(api: StudioApi, toasts: Toasts) {
    this.#api = api
    this.#toasts = toasts
    this.#unsubscribe = api.on('recent-files-changed', ({ files }) => (this.#list = files))
  }

  get list(): readonly PickedFile[] {
    return this.#list
  }

  async load(): Promise<void> {
    const answer = await ask(this.#api, 'files.recent', {})
    if (answer.ok) this.#list = answer.value
    else this.#toasts.fail(stateTexts.recentFailure, answer.error)
  }

  async forget(): Promise<void> {
    const answer = await ask(this.#api, 'files.forget-recent', {})
    if (!answer.ok) this.#toasts.fail(stateTexts.recentFailure, answer.error)
  }

  dispose(): void {
    this.#unsubscribe()
  }
}
