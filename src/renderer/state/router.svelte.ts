import { routeKey, windowTitle, type Route } from './routes.ts'

const historyLimit = 100

/** A place on the way of the window, and how far down it was left, in CSS pixels. */
interface Entry {
  readonly route: Route
  scrollTop: number
}

/** Where the window is. Places live in memory only: the page's address never changes. */
export class Router {
  #entries = $state.raw<readonly Entry[]>([{ route: { name: 'home' }, scrollTop: 0 }])
  #index = $state(0)

  get route(): Route {
    return this.#current?.route ?? { name: 'home' }
  }

  /** How far down the current place was when it was left. No state: only a page that opens reads it. */
  get scrollTop(): number {
    return this.#current?.scrollTop ?? 0
  }

  set scrollTop(scrollTop: number) {
    if (this.#current !== undefined) this.#current.scrollTop = scrollTop
  }

  get title(): string {
    return windowTitle(this.route)
  }

  get canGoBack(): boolean {
    return this.#index > 0
  }

  get canGoForward(): boolean {
    return this.#index < this.#entries.length - 1
  }

  /** Still where every window starts. */
  get isAtStart(): boolean {
    return this.#entries.length === 1 && this.route.name === 'home'
  }

  open(route: Route): void {
    if (routeKey(route) === routeKey(this.route)) return
    const kept = this.#entries.slice(0, this.#index + 1).slice(-historyLimit + 1)
    this.#entries = [...kept, { route, scrollTop: 0 }]
    this.#index = kept.length
  }

  /** Puts `route` in place of the current one, for a place that no longer exists or was left at the last start. */
  replace(route: Route, scrollTop = 0): void {
    this.#entries = this.#entries.with(this.#index, { route, scrollTop })
  }

  back(): void {
    if (this.canGoBack) this.#index--
  }

  forward(): void {
    if (this.canGoForward) this.#index++
  }

  get #current(): Entry | undefined {
    return this.#entries[this.#index]
  }
}
