import { interpretKey, prefixTimeoutMs } from '../../state/shortcuts.ts'
import type { WindowStudio } from '../../state/studio.svelte.ts'

/** Turns key presses of the window into shortcuts. */
export class Keyboard {
  readonly #studio: WindowStudio
  #prefixTimer: ReturnType<typeof setTimeout> | undefined

  constructor(studio: WindowStudio) {
    this.#studio = studio
  }

  handle(event: KeyboardEvent): void {
    if (event.defaultPrevented || event.isComposing) return
    const action = interpretKey(
      {
        key: event.key,
        isControl: event.ctrlKey || event.metaKey,
        isAlternate: event.altKey,
        isShift: event.shiftKey,
        isTyping: isTyping(event.target),
      },
      this.#prefixTimer !== undefined,
    )
    // A dialog has the keyboard to itself.
    if (action === undefined || (action.type !== 'palette' && document.querySelector('[role="dialog"]') !== null)) {
      if (event.key !== 'Shift') this.#clearPrefix()
      return
    }
    event.preventDefault()
    this.#clearPrefix()
    switch (action.type) {
      case 'open':
        return this.#studio.router.open(action.route)
      case 'palette':
        this.#studio.isPaletteOpen = !this.#studio.isPaletteOpen
        return
      case 'help':
        this.#studio.isHelpOpen = true
        return
      case 'undo':
        return void this.#studio.undo.undoLast()
      case 'back':
        return this.#studio.router.back()
      case 'forward':
        return this.#studio.router.forward()
      case 'prefix':
        this.#prefixTimer = setTimeout(() => this.#clearPrefix(), prefixTimeoutMs)
    }
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
