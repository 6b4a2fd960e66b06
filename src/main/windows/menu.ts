import type { MenuItemConstructorOptions } from 'electron'
import { windowActions, type ActionDescription, type ActionId, type MenuId } from '#shared/protocol/window-actions.ts'

export interface MenuActions {
  /** Asks the window for an action, opening a window if there is none. */
  readonly request: (id: ActionId) => void
  readonly openRecent: (path: string) => void
  readonly openExternal: (url: string) => void
}

/** What the menus show now. */
export interface MenuState {
  readonly isMac: boolean
  readonly isPackaged: boolean
  /** Actions that are possible; undefined before the window has said. */
  readonly possible: ReadonlySet<ActionId> | undefined
  /** The newest first. */
  readonly recent: readonly { readonly path: string; readonly fileName: string }[]
}

const methodUrl = 'https://arxiv.org/abs/2212.13554'
const recentHeading = 'Open Recent'

/** The application menu: the actions of the window by their menus, between the system's own. */
export function menuTemplate(actions: MenuActions, state: MenuState): MenuItemConstructorOptions[] {
  const { isMac, isPackaged } = state
  const of = (menu: MenuId) => itemsOf(menu, actions, state)
  return [
    ...(isMac ? [macMenu(actions, state)] : []),
    { label: '&File', submenu: [...of('file'), { type: 'separator' }, isMac ? { role: 'close' } : { role: 'quit' }] },
    { role: 'editMenu' },
    {
      label: '&View',
      submenu: [
        ...of('view'),
        { type: 'separator' },
        { role: 'resetZoom' },
        { role: 'zoomIn' },
        { role: 'zoomOut' },
        { type: 'separator' },
        { role: 'togglefullscreen' },
        ...(isPackaged ? [] : [{ role: 'toggleDevTools' } as const]),
      ],
    },
    { label: '&Go', submenu: of('go') },
    { label: 'E&xperiment', submenu: of('experiment') },
    { label: '&Queue', submenu: of('queue') },
    { role: 'windowMenu' },
    {
      role: 'help',
      submenu: [...of('help'), { label: 'The method (paper)', click: () => actions.openExternal(methodUrl) }],
    },
  ]
}

type Action = ActionDescription & { readonly id: ActionId }
const table: readonly Action[] = windowActions

/** Items of a menu in the order of the table; those with a heading of their own stand behind it. */
function itemsOf(menu: MenuId, actions: MenuActions, state: MenuState): MenuItemConstructorOptions[] {
  const own = table.filter((action) => action.menu === menu)
  const headings = [...new Set(own.flatMap(({ submenu }) => submenu ?? []))]
  return [
    ...own.filter(({ submenu }) => submenu === undefined).map((action) => itemOf(action, actions, state)),
    ...headings.map((label): MenuItemConstructorOptions => {
      const items = own.filter(({ submenu }) => submenu === label).map((action) => itemOf(action, actions, state))
      return { label, submenu: label === recentHeading ? [...recentItems(actions, state), ...items] : items }
    }),
  ]
}

/**
 * The page hears keys first and knows what has the focus, so the accelerators are only shown; on a Mac, where that cannot be
 * said, the page keeps the keys that it understands from the menu.
 */
function itemOf(
  { id, title, keys }: Action,
  { request }: MenuActions,
  { possible }: MenuState,
): MenuItemConstructorOptions {
  return {
    id,
    label: title,
    ...(keys === undefined ? {} : { accelerator: keys, registerAccelerator: false }),
    enabled: possible?.has(id) ?? true,
    click: () => request(id),
  }
}

function recentItems({ openRecent }: MenuActions, { recent }: MenuState): MenuItemConstructorOptions[] {
  if (recent.length === 0) return []
  const items = recent.map(({ path, fileName }): MenuItemConstructorOptions => ({
    // An ampersand would mark the next letter.
    label: fileName.replaceAll('&', '&&'),
    toolTip: path,
    click: () => openRecent(path),
  }))
  return [...items, { type: 'separator' }]
}

function macMenu(actions: MenuActions, state: MenuState): MenuItemConstructorOptions {
  const settings = table.filter(({ id }) => id === 'open-settings').map((action) => itemOf(action, actions, state))
  return {
    role: 'appMenu',
    submenu: [
      { role: 'about' },
      { type: 'separator' },
      ...settings.map((item) => ({ ...item, id: 'app-settings' })),
      { type: 'separator' },
      { role: 'services' },
      { type: 'separator' },
      { role: 'hide' },
      { role: 'hideOthers' },
      { role: 'unhide' },
      { type: 'separator' },
      { role: 'quit' },
    ],
  }
}
