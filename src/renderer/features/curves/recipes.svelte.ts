import { seedlessRecipe } from '#shared/measures/seed-groups.ts'
import type { StudioApi } from '#shared/protocol/contract.ts'
import { ask } from '../../state/client.ts'

/** What experiments are made of but for their seed: lists do not carry it, so it is asked for when seeds are grouped. */
export class Recipes {
  readonly #api: StudioApi
  readonly #asked = new Set<string>()
  #byId = $state.raw<ReadonlyMap<string, string>>(new Map())

  constructor(api: StudioApi) {
    this.#api = api
  }

  /** Equal texts for equal recipes; undefined until it is known. */
  of(id: string): string | undefined {
    return this.#byId.get(id)
  }

  /** One that cannot be read stays unknown, and stands alone. */
  async want(ids: readonly string[]): Promise<void> {
    const missing = ids.filter((id) => !this.#asked.has(id))
    for (const id of missing) this.#asked.add(id)
    const answers = await Promise.all(missing.map((id) => ask(this.#api, 'experiments.get', { id })))
    const found = answers.flatMap((answer) =>
      answer.ok ? [[answer.value.record.id, seedlessRecipe({ experiment: answer.value.record })] as const] : [],
    )
    if (found.length > 0) this.#byId = new Map([...this.#byId, ...found])
  }
}
