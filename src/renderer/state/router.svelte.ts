import { routeKey, windowTitle, type Route } from './routes.ts'

const historyLimit = 100

/** Where the window is. Places live in memory only: the page's address never changes. */
export class Router {
  #entries = $state.raw<readonly Route[]>([{ name: 'home' }])
  #index = $state(0)

  get route(): Route {
    return this.#entries[this.#index] ?? { name: 'home' }
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

  open(route: Route): void {
    if (routeKey(route) === routeKey(this.route)) return
    const kept = this.#entries.slice(0, this.#index + 1).slice(-historyLimit + 1)
    this.#entries = [...kept, route]
    this.#index = kept.length
  }

  /** Puts `route` in place of the current one, for a place that no longer exists. */
  replace(route: Route): void {
    this.#entries = this.#entries.with(this.#index, route)
  }

  back(): void {
    if (this.canGoBack) this.#index--
  }

  forward(): void {
    if (this.canGoForward) this.#index++
  }
}
