import type { Menu, MenuItemConstructorOptions } from 'electron'
import type { ActionId } from '#shared/protocol/window-actions.ts'
import { menuTemplate, type MenuActions, type MenuState } from './menu.ts'

interface AppMenuOptions extends Pick<MenuState, 'isMac' | 'isPackaged'> {
  readonly menu: Pick<typeof Menu, 'buildFromTemplate' | 'setApplicationMenu'>
  readonly actions: MenuActions
  readonly recent: () => MenuState['recent']
}

/** The menu of the app, kept at what is possible now. */
export class AppMenu {
  readonly #options: AppMenuOptions
  #possible: ReadonlySet<ActionId> | undefined
  #shown = ''

  constructor(options: AppMenuOptions) {
    this.#options = options
    this.show()
  }

  /** The window has said what can be done now. */
  offer(ids: readonly ActionId[]): void {
    this.#possible = new Set(ids)
    this.show()
  }

  /** Builds the menu anew where it would differ from the one that is shown. */
  show(): void {
    const { menu, actions, recent, isMac, isPackaged } = this.#options
    const state: MenuState = { isMac, isPackaged, possible: this.#possible, recent: recent() }
    const key = JSON.stringify([[...(this.#possible ?? [])], state.recent])
    if (key === this.#shown) return
    this.#shown = key
    const template: MenuItemConstructorOptions[] = menuTemplate(actions, state)
    menu.setApplicationMenu(menu.buildFromTemplate(template))
  }
}
