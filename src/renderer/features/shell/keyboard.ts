import { interpretKey, prefixTimeoutMs } from '../../state/shortcuts.ts'
import type { WindowStudio } from '../../state/studio.svelte.ts'
import { runnerOf } from './window-actions.ts'

/** Turns key presses of the window into actions. */
export class Keyboard {
  readonly #studio: WindowStudio
  #prefixTimer: ReturnType<typeof setTimeout> | undefined

  constructor(studio: WindowStudio) {
    this.#studio = studio
  }

  handle(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing) return
    const { isMac } = this.#studio
    const meaning = interpretKey(
      {
        key: event.key,
        isControl: isMac ? event.metaKey : event.ctrlKey,
        isAlternate: event.altKey,
        isShift: event.shiftKey,
        isTyping: isTyping(event.target),
      },
      this.#prefixTimer !== undefined,
    )
    // A dialog has the keyboard to itself.
    const isHeard = meaning?.type === 'action' && meaning.id === 'palette'
    if (meaning === undefined || (!isHeard && document.querySelector('[role="dialog"]') !== null)) {
      if (event.key !== 'Shift') this.#clearPrefix()
      return
    }
    event.preventDefault()
    this.#clearPrefix()
    if (meaning.type === 'action') runnerOf(this.#studio, meaning.id)?.()
    else this.#prefixTimer = setTimeout(() => this.#clearPrefix(), prefixTimeoutMs)
  }

  dispose(): void {
    this.#clearPrefix()
  }

  #clearPrefix(): void {
    clearTimeout(this.#prefixTimer)
    this.#prefixTimer = undefined
  }
}

function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false
  return target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName)
}
