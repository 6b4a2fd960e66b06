import type { Toasts } from './toasts.svelte.ts'
import { stateTexts } from './texts.ts'

interface UndoableAction {
  readonly id: number
  /** What was done, as a sentence without a full stop. */
  readonly title: string
  readonly undo: () => Promise<void>
}

const remembered = 50

/** What was taken away in this window and can be brought back: by a button in its message, or by Ctrl+Z, the last first. */
export class WindowUndo {
  readonly #toasts: Toasts
  #actions = $state.raw<readonly UndoableAction[]>([])
  #nextId = 1

  constructor(toasts: Toasts) {
    this.#toasts = toasts
  }

  /** The last action that can be undone; undefined where there is none. */
  get title(): string | undefined {
    return this.#actions.at(-1)?.title
  }

  /**
   * Says what was done and offers to undo it.
   * @param undo tells about its own failure
   */
  offer(title: string, undo: () => Promise<void>): void {
    const action: UndoableAction = { id: this.#nextId++, title, undo }
    this.#actions = [...this.#actions, action].slice(-remembered)
    this.#toasts.offer(title, { title: stateTexts.undo, run: () => void this.#undo(action) })
  }

  /** Undoes the last action; does nothing where there is none. */
  async undoLast(): Promise<void> {
    const action = this.#actions.at(-1)
    if (action !== undefined) await this.#undo(action)
  }

  async #undo(action: UndoableAction): Promise<void> {
    // Twice in a row, by the button and by the keys, is once.
    if (!this.#actions.includes(action)) return
    this.#actions = this.#actions.filter(({ id }) => id !== action.id)
    this.#toasts.closeTitled(action.title)
    await action.undo()
  }
}
