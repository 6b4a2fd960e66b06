import { sampleChoice } from '../compress/choose-file.ts'
import { sections, type Route } from '../../state/routes.ts'

export interface PaletteEntry {
  readonly id: string
  readonly group: 'Go to' | 'Actions' | 'Experiments' | 'Networks' | 'Data sets'
  readonly title: string
  readonly note?: string
  readonly keywords: readonly string[]
  readonly action: PaletteAction
}

type PaletteAction =
  | { readonly type: 'open'; readonly route: Route }
  | { readonly type: 'import-network' }
  | { readonly type: 'import-dataset' }
  | { readonly type: 'toggle-queue' }
  | { readonly type: 'toggle-theme' }
  | { readonly type: 'help' }

interface Named {
  readonly id: string
  readonly name: string
}

interface PaletteWorld {
  readonly experiments: readonly (Named & { readonly status: string })[]
  readonly networks: readonly Named[]
  readonly datasets: readonly Named[]
  readonly isQueueActive: boolean
}

/** Everything the palette can do now. */
export function paletteEntries(world: PaletteWorld): readonly PaletteEntry[] {
  const go = sections.map(({ title, route, key }): PaletteEntry => ({
    id: `go-${title}`,
    group: 'Go to',
    title,
    note: `g ${key}`,
    keywords: ['open', 'show'],
    action: { type: 'open', route },
  }))
  const actions: readonly PaletteEntry[] = [
    {
      id: 'compress-sample',
      group: 'Actions',
      title: 'Compress the sample network',
      keywords: ['quick', 'spectral', 'smaller', 'try'],
      action: { type: 'open', route: { name: 'compress-network', file: sampleChoice } },
    },
    action('import-network', 'Import a network', ['checkpoint', 'file', 'open']),
    action('import-dataset', 'Import a data set', ['images', 'cifar', 'file', 'open']),
    {
      id: 'train',
      group: 'Actions',
      title: 'Train an original network',
      keywords: ['scratch', 'new'],
      action: { type: 'open', route: { name: 'new-experiment', kind: 'train' } },
    },
    action('toggle-queue', world.isQueueActive ? 'Turn the queue off' : 'Turn the queue on', ['start', 'stop']),
    action('toggle-theme', 'Switch between light and dark', ['theme', 'colours']),
    action('help', 'Keyboard shortcuts', ['keys', 'help']),
  ]
  const places = <T extends Named>(
    group: PaletteEntry['group'],
    items: readonly T[],
    route: (item: T) => Route,
    note: (item: T) => string | undefined,
  ): readonly PaletteEntry[] =>
    items.map((item) => {
      const text = note(item)
      return {
        id: item.id,
        group,
        title: item.name,
        ...(text === undefined ? {} : { note: text }),
        keywords: [],
        action: { type: 'open', route: route(item) },
      }
    })
  return [
    ...go,
    ...actions,
    ...places(
      'Experiments',
      world.experiments,
      ({ id }) => ({ name: 'run', experimentId: id }),
      ({ status }) => status,
    ),
    ...places(
      'Networks',
      world.networks,
      ({ id }) => ({ name: 'network', id }),
      () => undefined,
    ),
    ...places(
      'Data sets',
      world.datasets,
      ({ id }) => ({ name: 'dataset', id }),
      () => undefined,
    ),
  ]
}

function action(
  type: Exclude<PaletteAction['type'], 'open'>,
  title: string,
  keywords: readonly string[],
): PaletteEntry {
  return { id: type, group: 'Actions', title, keywords, action: { type } }
}
