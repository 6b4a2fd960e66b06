import type { KeptPlace } from '#shared/protocol/window-memory.ts'
import { initialLayout, type ExperimentsTableState } from './experiments-table.svelte.ts'
import type { Memory } from './memory.svelte.ts'
import type { Router } from './router.svelte.ts'
import type { Route } from './routes.ts'
import { layoutOfView, storedViewOf } from './table-layout.ts'

/** Where the window is and how its table is set up, found again at the next start. */
export class WindowPlace {
  readonly #memory: Memory
  readonly #router: Router
  readonly #table: ExperimentsTableState
  #hasComeBack = $state(false)

  constructor(memory: Memory, router: Router, table: ExperimentsTableState) {
    this.#memory = memory
    this.#router = router
    this.#table = table
  }

  /** To where the window was closed, unless a file that the system opened or a person has led elsewhere meanwhile. */
  comeBack(): void {
    const { place, scrollTop, table } = this.#memory.layout
    if (table !== undefined && this.#table.layout === initialLayout) {
      this.#table.layout = layoutOfView(table.view)
      this.#table.viewId = table.viewId
      this.#table.scroll = { top: table.top, left: table.left }
    }
    if (place !== undefined && this.#router.isAtStart) this.#router.replace(place, scrollTop)
    this.#hasComeBack = true
  }

  /** Writes down where the window is now. An effect that calls it does so again after each change. */
  keep(): void {
    // Sooner it would replace what is to be found again.
    if (!this.#hasComeBack) return
    const { layout, viewId, scroll } = this.#table
    this.#memory.keepLayout({
      place: keptPlaceOf(this.#router.route),
      scrollTop: this.#router.scrollTop,
      table: { view: storedViewOf(layout), ...(viewId === undefined ? {} : { viewId }), ...scroll },
    })
  }
}

/** A file that was dropped may be gone at the next start, and a comparison begins with its first tab. */
function keptPlaceOf(route: Route): KeptPlace {
  if (route.name === 'compare' || route.name === 'curves') return { name: route.name, ids: [...route.ids] }
  if (route.name !== 'compress-network') return route
  return route.networkId === undefined ? { name: route.name } : { name: route.name, networkId: route.networkId }
}
