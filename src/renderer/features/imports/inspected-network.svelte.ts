import type { CommandInput, NetworkInspection } from '#shared/contract.ts'
import type { AppError } from '#shared/result.ts'
import type { Studio } from '../../state/studio.svelte.ts'

export type AskedOfNetworkFile = Omit<CommandInput<'networks.inspect'>, 'taskId'>

/** What a network file is recognised as, before it is imported: asked again whenever somebody says more about it. */
export class InspectedNetwork {
  readonly #studio: Studio
  #value = $state.raw<NetworkInspection>()
  #stateDicts = $state.raw<NetworkInspection['stateDicts']>([])
  #error = $state.raw<AppError>()
  #taskId = $state<string>()

  constructor(studio: Studio) {
    this.#studio = studio
  }

  /** Of the last question; undefined until it is answered. */
  get value(): NetworkInspection | undefined {
    return this.#value
  }

  /** What the file holds, also while it is asked about again. */
  get stateDicts(): NetworkInspection['stateDicts'] {
    return this.#stateDicts
  }

  get error(): AppError | undefined {
    return this.#error
  }

  /** Set while the file is read. */
  get taskId(): string | undefined {
    return this.#taskId
  }

  async ask(asked: AskedOfNetworkFile): Promise<void> {
    this.stop()
    this.#value = undefined
    this.#error = undefined
    let own: string | undefined
    const result = await this.#studio.tasks.run(
      'Reading the network file',
      (taskId) => this.#studio.ask('networks.inspect', { taskId, ...asked }),
      (taskId) => (this.#taskId = own = taskId),
    )
    // Overtaken by a later question.
    if (own !== this.#taskId) return
    this.#taskId = undefined
    if (result.ok) {
      this.#value = result.value
      this.#stateDicts = result.value.stateDicts
    } else if (result.error.code !== 'cancelled') this.#error = result.error
  }

  /** Ends a question that nobody waits for any more. */
  stop(): void {
    const running = this.#taskId
    this.#taskId = undefined
    if (running !== undefined) void this.#studio.tasks.cancel(running)
  }
}
