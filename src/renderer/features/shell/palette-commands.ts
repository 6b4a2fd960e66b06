import type { PickedFile } from '#shared/protocol/commands/files.ts'
import { actionOf, type ActionId } from '#shared/protocol/window-actions.ts'
import type { Route } from '../../state/routes.ts'
import { keyCaps } from '../../state/shortcuts.ts'

export interface PaletteEntry {
  readonly id: string
  readonly group: 'What is shown' | 'Go to' | 'Actions' | 'Experiments' | 'Networks' | 'Data sets' | 'Recent files'
  readonly title: string
  readonly note?: string
  readonly keywords: readonly string[]
  readonly target:
    | { readonly type: 'action'; readonly id: ActionId }
    | { readonly type: 'open'; readonly route: Route }
    | { readonly type: 'file'; readonly file: PickedFile }
}

interface Named {
  readonly id: string
  readonly name: string
}

interface PaletteWorld {
  /** Those that are possible now. */
  readonly actions: readonly ActionId[]
  readonly experiments: readonly (Named & { readonly status: string })[]
  readonly networks: readonly Named[]
  readonly datasets: readonly Named[]
  readonly recentFiles: readonly PickedFile[]
  readonly isMac: boolean
}

/** Everything the palette can do now; what can be done with the thing in view comes first. */
export function paletteEntries(world: PaletteWorld): readonly PaletteEntry[] {
  const actions = world.actions
    // It is open already.
    .filter((id) => id !== 'palette')
    .map((id) => actionEntry(id, world.isMac))
  const inGroup = (group: PaletteEntry['group']) => actions.filter((entry) => entry.group === group)
  return [
    ...inGroup('What is shown'),
    ...inGroup('Go to'),
    ...inGroup('Actions'),
    ...world.recentFiles.map((file): PaletteEntry => ({
      id: `file-${file.token}`,
      group: 'Recent files',
      title: file.fileName,
      keywords: ['open', 'import'],
      target: { type: 'file', file },
    })),
    ...places('Experiments', world.experiments, ({ id }) => ({ name: 'run', experimentId: id })),
    ...places('Networks', world.networks, ({ id }) => ({ name: 'network', id })),
    ...places('Data sets', world.datasets, ({ id }) => ({ name: 'dataset', id })),
  ]
}

function actionEntry(id: ActionId, isMac: boolean): PaletteEntry {
  const action = actionOf(id)
  const [caps] = keyCaps(action, isMac)
  return {
    id,
    group: groupOf(action.menu),
    title: action.title,
    ...(caps === undefined ? {} : { note: caps.join(' ') }),
    keywords: action.keywords ?? [],
    target: { type: 'action', id },
  }
}

function groupOf(menu: ReturnType<typeof actionOf>['menu']): PaletteEntry['group'] {
  if (menu === 'experiment') return 'What is shown'
  return menu === 'go' ? 'Go to' : 'Actions'
}

function places<T extends Named & { readonly status?: string }>(
  group: PaletteEntry['group'],
  items: readonly T[],
  route: (item: T) => Route,
): readonly PaletteEntry[] {
  return items.map((item) => ({
    id: item.id,
    group,
    title: item.name,
    ...(item.status === undefined ? {} : { note: item.status }),
    keywords: [],
    target: { type: 'open', route: route(item) },
  }))
}
