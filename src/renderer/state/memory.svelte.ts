import type { StudioApi } from '#shared/protocol/contract.ts'
import {
  emptyWindowMemory,
  keptFormsAtMost,
  sidebarWidths,
  type FormStart,
  type KeptForm,
  type WindowLayout,
  type WindowMemory,
} from '#shared/protocol/window-memory.ts'
import { ask } from './client.ts'
import { stateTexts } from './texts.ts'
import type { Toasts } from './toasts.svelte.ts'

/** How long typing has to rest before it is written. */
const restMs = 400

/** What this window remembers of itself. It knows at once what it was told; the store a moment later. */
export class Memory {
  readonly #api: StudioApi
  readonly #toasts: Toasts
  #content = $state.raw<WindowMemory>(emptyWindowMemory)
  #isLoaded = $state(false)
  #timer: ReturnType<typeof setTimeout> | undefined

  constructor(api: StudioApi, toasts: Toasts) {
    this.#api = api
    this.#toasts = toasts
  }

  /** False until the store has answered: a form that opened sooner would hide what was typed before. */
  get isLoaded(): boolean {
    return this.#isLoaded
  }

  async load(): Promise<void> {
    const answer = await ask(this.#api, 'window.memory', {})
    if (answer.ok) this.#content = answer.value
    else this.#toasts.fail(stateTexts.memoryFailure, answer.error)
    this.#isLoaded = true
  }

  get isSidebarShown(): boolean {
    return this.layout.isSidebarShown ?? true
  }

  /** In CSS pixels. */
  get sidebarWidth(): number {
    return this.layout.sidebarWidth ?? sidebarWidths.usual
  }

  get layout(): WindowLayout {
    return this.#content.layout ?? {}
  }

  keepLayout(changes: WindowLayout): void {
    if (isContained(changes, this.layout)) return
    this.#put({ layout: { ...this.layout, ...changes } })
  }

  /** The form with this start as it was left, if it was left unfinished. */
  form(start: FormStart): KeptForm | undefined {
    return this.#content.forms.find((form) => isSameStart(form.start, start))
  }

  keepForm(form: KeptForm): void {
    const others = this.#content.forms.filter(({ start }) => !isSameStart(start, form.start))
    this.#put({ forms: [...others, form].slice(-keptFormsAtMost) })
  }

  forgetForm(start: FormStart): void {
    if (this.form(start) === undefined) return
    this.#put({ forms: this.#content.forms.filter((form) => !isSameStart(form.start, start)) })
  }

  /** Writes at once what waits to be written: the window closes. */
  flush(): void {
    if (this.#timer !== undefined) void this.#write()
  }

  dispose(): void {
    this.flush()
  }

  #put(changes: Partial<WindowMemory>): void {
    this.#content = { ...this.#content, ...changes }
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => void this.#write(), restMs)
  }

  async #write(): Promise<void> {
    clearTimeout(this.#timer)
    this.#timer = undefined
    const answer = await ask(this.#api, 'window.remember', this.#content)
    if (!answer.ok) this.#toasts.fail(stateTexts.memoryWriteFailure, answer.error)
  }
}

/** Fields in any order; one that is undefined is as good as absent. */
function isSameStart(a: FormStart, b: FormStart): boolean {
  return startKey(a) === startKey(b)
}

function startKey({ kind, networkId, datasetId, presetId, fromId, startRunId, editId, typed }: FormStart): string {
  return JSON.stringify([kind, networkId, datasetId, presetId, fromId, startRunId, editId, typed])
}

/** Whether `whole` says already what `part` says. */
function isContained(part: WindowLayout, whole: WindowLayout): boolean {
  return JSON.stringify({ ...whole, ...part }) === JSON.stringify(whole)
}
