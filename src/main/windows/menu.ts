import type { MenuItemConstructorOptions } from 'electron'
import type { Place } from '#shared/protocol/contract.ts'

export interface MenuActions {
  /** Shows a place in the window, opening one if there is none. */
  readonly show: (place: Place) => void
  readonly openExternal: (url: string) => void
}

const methodUrl = 'https://arxiv.org/abs/2212.13554'

/** The application menu: the system's own roles, and the studio's places under Go. */
export function menuTemplate(actions: MenuActions, isMac: boolean, isPackaged: boolean): MenuItemConstructorOptions[] {
  const place = (label: string, name: SectionName, accelerator?: string): MenuItemConstructorOptions => ({
    label,
    ...(accelerator === undefined ? {} : { accelerator }),
    click: () => actions.show({ name }),
  })
  const settings = place('Settings', 'settings', 'CmdOrCtrl+,')
  const view: MenuItemConstructorOptions[] = [
    { role: 'resetZoom' },
    { role: 'zoomIn' },
    { role: 'zoomOut' },
    { type: 'separator' },
    { role: 'togglefullscreen' },
  ]
  return [
    ...(isMac ? [macMenu(settings)] : []),
    {
      label: '&File',
      submenu: [
        place('Compress a network', 'compress-network', 'CmdOrCtrl+Shift+N'),
        place('New experiment', 'new-experiment', 'CmdOrCtrl+N'),
        ...(isMac ? [] : [settings]),
        { type: 'separator' },
        isMac ? { role: 'close' } : { role: 'quit' },
      ],
    },
    { role: 'editMenu' },
    { label: '&View', submenu: isPackaged ? view : [...view, { role: 'toggleDevTools' }] },
    {
      label: '&Go',
      submenu: [
        place('Home', 'home', 'CmdOrCtrl+1'),
        place('Networks', 'networks', 'CmdOrCtrl+2'),
        place('Data sets', 'datasets', 'CmdOrCtrl+3'),
        place('Experiments', 'experiments', 'CmdOrCtrl+4'),
        place('Queue', 'queue', 'CmdOrCtrl+5'),
        place('Doctor', 'doctor', 'CmdOrCtrl+6'),
      ],
    },
    { role: 'windowMenu' },
    { role: 'help', submenu: [{ label: 'The method (paper)', click: () => actions.openExternal(methodUrl) }] },
  ]
}

/** Places that need nothing but their name. */
type SectionName = Exclude<Place['name'], 'network' | 'dataset' | 'run' | 'compare'>

function macMenu(settings: MenuItemConstructorOptions): MenuItemConstructorOptions {
  return {
    role: 'appMenu',
    submenu: [
      { role: 'about' },
      { type: 'separator' },
      settings,
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
