import { assertNever } from '#shared/basics/result.ts'
import { actionOf, type ActionId } from '#shared/protocol/window-actions.ts'
import type { PickedFile } from '#shared/protocol/commands/files.ts'
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
  /** Curves of these experiments over each other. */
  | { readonly name: 'curves'; readonly ids: readonly string[] }
  | { readonly name: 'queue' }
  | { readonly name: 'doctor' }
  | { readonly name: 'settings' }

/** Parts of a comparison, one at a time. */
export type CompareTab = 'accuracy' | 'curves' | 'pairs' | 'classes' | 'flips' | 'bytes' | 'configuration'

export type RouteName = Route['name']

/** Pages of the sidebar in its order, by the action that opens each. */
export const sections = [
  { id: 'open-home', route: { name: 'home' } },
  { id: 'open-compress', route: { name: 'compress-network' } },
  { id: 'open-networks', route: { name: 'networks' } },
  { id: 'open-datasets', route: { name: 'datasets' } },
  { id: 'open-new-experiment', route: { name: 'new-experiment' } },
  { id: 'open-experiments', route: { name: 'experiments' } },
  { id: 'open-batches', route: { name: 'batches' } },
  { id: 'open-queue', route: { name: 'queue' } },
  { id: 'open-doctor', route: { name: 'doctor' } },
  { id: 'open-settings', route: { name: 'settings' } },
] as const satisfies readonly { id: ActionId; route: Route }[]
export type SectionId = (typeof sections)[number]['id']

/** The section whose sidebar entry is lit at `route`. */
export function sectionOf(route: Route): SectionId {
  switch (route.name) {
    case 'home':
      return 'open-home'
    case 'compress-network':
      return 'open-compress'
    case 'networks':
    case 'network':
      return 'open-networks'
    case 'datasets':
    case 'dataset':
      return 'open-datasets'
    case 'new-experiment':
      return 'open-new-experiment'
    case 'experiments':
    case 'run':
    case 'compare':
    case 'curves':
      return 'open-experiments'
    case 'batches':
    case 'batch':
      return 'open-batches'
    case 'queue':
      return 'open-queue'
    case 'doctor':
      return 'open-doctor'
    case 'settings':
      return 'open-settings'
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
    curves: 'Curves',
  }
  return `${titles[route.name] ?? actionOf(sectionOf(route)).title} - NeRN Studio`
}

/** Identity of a place: a page is rebuilt when it changes. A comparison stays the same under another of its tabs. */
export function routeKey(route: Route): string {
  return JSON.stringify(route.name === 'compare' ? { ...route, tab: undefined } : route)
}
