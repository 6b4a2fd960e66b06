import { assertNever } from '#shared/basics/result.ts'
import type { PickedFile } from '#shared/protocol/contract.ts'
import type { FormStart } from '#shared/protocol/window-memory.ts'

/** Every place of the studio. Only values, so that a place can be remembered and compared. */
export type Route =
  | { readonly name: 'home' }
  | {
      readonly name: 'compress-network'
      /** At most one of the two: a network of the library, or a file. */
      readonly networkId?: string
      readonly file?: PickedFile
    }
  | { readonly name: 'networks' }
  | { readonly name: 'network'; readonly id: string }
  | { readonly name: 'datasets' }
  | { readonly name: 'dataset'; readonly id: string }
  | ({ readonly name: 'new-experiment' } & FormStart)
  | { readonly name: 'experiments' }
  | { readonly name: 'batches' }
  | { readonly name: 'batch'; readonly id: string }
  | { readonly name: 'run'; readonly experimentId: string }
  | { readonly name: 'compare'; readonly ids: readonly string[]; readonly tab?: CompareTab }
  | { readonly name: 'queue' }
  | { readonly name: 'doctor' }
  | { readonly name: 'settings' }

/** Parts of a comparison, one at a time. */
export type CompareTab = 'accuracy' | 'pairs' | 'classes' | 'flips' | 'bytes' | 'configuration'

export type RouteName = Route['name']

/** What `g` and a second key open, in the order of the sidebar. */
export const sections = [
  { key: 'h', title: 'Home', route: { name: 'home' } },
  { key: 'z', title: 'Compress a network', route: { name: 'compress-network' } },
  { key: 'n', title: 'Networks', route: { name: 'networks' } },
  { key: 'd', title: 'Data sets', route: { name: 'datasets' } },
  { key: 'c', title: 'New experiment', route: { name: 'new-experiment' } },
  { key: 'e', title: 'Experiments', route: { name: 'experiments' } },
  { key: 'b', title: 'Batches', route: { name: 'batches' } },
  { key: 'q', title: 'Queue', route: { name: 'queue' } },
  { key: 'o', title: 'Doctor', route: { name: 'doctor' } },
  { key: 's', title: 'Settings', route: { name: 'settings' } },
] as const satisfies readonly { key: string; title: string; route: Route }[]

/** The section whose sidebar entry is lit at `route`. */
export function sectionOf(route: Route): (typeof sections)[number]['title'] {
  switch (route.name) {
    case 'home':
      return 'Home'
    case 'compress-network':
      return 'Compress a network'
    case 'networks':
    case 'network':
      return 'Networks'
    case 'datasets':
    case 'dataset':
      return 'Data sets'
    case 'new-experiment':
      return 'New experiment'
    case 'experiments':
    case 'run':
    case 'compare':
      return 'Experiments'
    case 'batches':
    case 'batch':
      return 'Batches'
    case 'queue':
      return 'Queue'
    case 'doctor':
      return 'Doctor'
    case 'settings':
      return 'Settings'
    default:
      return assertNever(route)
  }
}

/** Title of the window at `route`. */
export function windowTitle(route: Route): string {
  const titles: Partial<Record<RouteName, string>> = {
    network: 'Network',
    dataset: 'Data set',
    batch: 'Batch',
    run: 'Run',
    compare: 'Compare',
  }
  return `${titles[route.name] ?? sectionOf(route)} - NeRN Studio`
}

/** Identity of a place: a page is rebuilt when it changes. A comparison stays the same under another of its tabs. */
export function routeKey(route: Route): string {
  return JSON.stringify(route.name === 'compare' ? { ...route, tab: undefined } : route)
}
