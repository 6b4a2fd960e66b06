/**
 * Everything a person can do with the window, once: the palette, the keyboard, the cheat sheet and the native menus are made
 * from this table. What an action does, the window knows; the menus ask it.
 */
import { z } from 'zod'

export const menuIds = ['file', 'view', 'go', 'experiment', 'queue', 'help'] as const
export type MenuId = (typeof menuIds)[number]

export interface ActionDescription {
  readonly id: string
  readonly title: string
  readonly menu: MenuId
  /** Heading of a menu within the menu. */
  readonly submenu?: string
  /** A chord as Electron writes it: `CmdOrCtrl+K`. Works in text fields, too, except for undo, which is theirs there. */
  readonly keys?: string
  /** The key after `g`. */
  readonly pair?: string
  /** A key of its own, where no text is typed. */
  readonly plainKey?: string
  /** Words it is also found by. */
  readonly keywords?: readonly string[]
}

export const windowActions = [
  {
    id: 'import-network',
    title: 'Import a network',
    menu: 'file',
    keys: 'CmdOrCtrl+O',
    keywords: ['checkpoint', 'file', 'open'],
  },
  {
    id: 'import-dataset',
    title: 'Import a data set',
    menu: 'file',
    keys: 'CmdOrCtrl+Shift+O',
    keywords: ['images', 'cifar', 'file', 'open'],
  },
  {
    id: 'compress-sample',
    title: 'Compress the sample network',
    menu: 'file',
    keywords: ['quick', 'spectral', 'smaller', 'try'],
  },
  { id: 'train', title: 'Train an original network', menu: 'file', keywords: ['scratch', 'new'] },
  {
    id: 'forget-recent',
    title: 'Clear recent files',
    menu: 'file',
    submenu: 'Open Recent',
    keywords: ['forget', 'history'],
  },

  {
    id: 'undo',
    title: 'Undo: bring back what was deleted or archived last',
    menu: 'file',
    keys: 'CmdOrCtrl+Z',
    keywords: ['restore'],
  },
  { id: 'palette', title: 'Command palette', menu: 'view', keys: 'CmdOrCtrl+K', keywords: ['search', 'find'] },
  {
    id: 'toggle-sidebar',
    title: 'Show or hide the sidebar',
    menu: 'view',
    keys: 'CmdOrCtrl+B',
    keywords: ['sections', 'collapse'],
  },
  { id: 'theme-system', title: 'Theme: as the system', menu: 'view', submenu: 'Theme', keywords: ['colours'] },
  { id: 'theme-light', title: 'Theme: light', menu: 'view', submenu: 'Theme', keywords: ['colours', 'day'] },
  {
    id: 'theme-contrast-light',
    title: 'Theme: high contrast, light',
    menu: 'view',
    submenu: 'Theme',
    keywords: ['colours', 'accessible'],
  },
  {
    id: 'theme-contrast-dark',
    title: 'Theme: high contrast, dark',
    menu: 'view',
    submenu: 'Theme',
    keywords: ['colours', 'accessible'],
  },
  { id: 'theme-dark', title: 'Theme: dark', menu: 'view', submenu: 'Theme', keywords: ['colours', 'night'] },

  { id: 'open-home', title: 'Home', menu: 'go', keys: 'CmdOrCtrl+1', pair: 'h' },
  { id: 'open-compress', title: 'Compress a network', menu: 'go', keys: 'CmdOrCtrl+Shift+N', pair: 'z' },
  { id: 'open-networks', title: 'Networks', menu: 'go', keys: 'CmdOrCtrl+2', pair: 'n' },
  { id: 'open-datasets', title: 'Data sets', menu: 'go', keys: 'CmdOrCtrl+3', pair: 'd' },
  { id: 'open-new-experiment', title: 'New experiment', menu: 'go', keys: 'CmdOrCtrl+N', pair: 'c' },
  { id: 'open-experiments', title: 'Experiments', menu: 'go', keys: 'CmdOrCtrl+4', pair: 'e' },
  { id: 'open-batches', title: 'Batches', menu: 'go', pair: 'b', keywords: ['sweep'] },
  { id: 'open-queue', title: 'Queue', menu: 'go', keys: 'CmdOrCtrl+5', pair: 'q' },
  { id: 'open-doctor', title: 'Doctor', menu: 'go', keys: 'CmdOrCtrl+6', pair: 'o' },
  { id: 'open-settings', title: 'Settings', menu: 'go', keys: 'CmdOrCtrl+,', pair: 's', keywords: ['preferences'] },
  { id: 'back', title: 'Back', menu: 'go', keys: 'Alt+Left' },
  { id: 'forward', title: 'Forward', menu: 'go', keys: 'Alt+Right' },

  { id: 'compare', title: 'Compare', menu: 'experiment', keys: 'CmdOrCtrl+Shift+D', keywords: ['accuracy', 'bytes'] },
  { id: 'curves', title: 'Curves', menu: 'experiment', keywords: ['loss', 'metrics', 'overlay', 'chart'] },
  { id: 'compare-origin', title: 'Compare with origin', menu: 'experiment', keywords: ['clone', 'difference'] },
  {
    id: 'export',
    title: 'Export',
    menu: 'experiment',
    keys: 'CmdOrCtrl+E',
    keywords: ['save', 'package', 'onnx', 'report'],
  },
  { id: 'clone', title: 'Clone', menu: 'experiment', keys: 'CmdOrCtrl+D', keywords: ['copy', 'duplicate', 'new'] },
  { id: 'edit', title: 'Edit', menu: 'experiment', keywords: ['change', 'draft', 'configuration'] },
  { id: 'rename', title: 'Rename', menu: 'experiment', plainKey: 'F2', keywords: ['name'] },
  { id: 'star', title: 'Star or remove the star', menu: 'experiment', keywords: ['favourite'] },
  { id: 'enqueue', title: 'Add to the queue', menu: 'experiment', keywords: ['run', 'start'] },
  { id: 'pause', title: 'Pause', menu: 'experiment', keywords: ['stop', 'hold'] },
  { id: 'resume', title: 'Resume', menu: 'experiment', keywords: ['continue', 'go on'] },
  { id: 'retry', title: 'Try again', menu: 'experiment', keywords: ['retry', 'repeat'] },
  { id: 'cancel', title: 'Cancel', menu: 'experiment', keywords: ['stop', 'end'] },
  { id: 'archive', title: 'Archive', menu: 'experiment', keywords: ['hide', 'put away'] },
  { id: 'trash', title: 'Delete', menu: 'experiment', keywords: ['remove', 'trash'] },

  { id: 'queue-on', title: 'Turn the queue on', menu: 'queue', keywords: ['start'] },
  { id: 'queue-off', title: 'Turn the queue off', menu: 'queue', keywords: ['stop', 'hold'] },

  { id: 'help', title: 'Keyboard shortcuts', menu: 'help', plainKey: '?', keywords: ['keys', 'cheat sheet'] },
] as const satisfies readonly ActionDescription[]

export type ActionId = (typeof windowActions)[number]['id']
export const actionIds: readonly ActionId[] = windowActions.map(({ id }) => id)
export const actionIdSchema = z.enum(windowActions.map(({ id }) => id))

const byId: ReadonlyMap<ActionId, ActionDescription> = new Map(windowActions.map((action) => [action.id, action]))

/** The row of the table. */
export function actionOf(id: ActionId): ActionDescription & { readonly id: ActionId } {
  const action = byId.get(id)
  if (action === undefined) throw new Error(`There is no action ${id}.`)
  return { ...action, id }
}
