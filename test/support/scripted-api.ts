import {
  commandInputs,
  type CommandHandlers,
  type CommandInput,
  type CommandName,
  type CommandOutput,
  type EventName,
  type StudioApi,
  type StudioEvents,
} from '#shared/protocol/contract.ts'
import { AppException, fail, ok, toAppError, type AppError, type Result } from '#shared/basics/result.ts'

/**
 * The studio as a window meets it: what it answers and announces a test says. Inputs have to satisfy the contract, as they
 * have to where commands are handled.
 */
export class ScriptedApi implements StudioApi {
  /** What was asked so far, in order. */
  readonly asked: { readonly command: CommandName; readonly input: unknown }[] = []
  readonly #answers: Partial<CommandHandlers>
  readonly #listeners = new Map<EventName, Set<(payload: never) => void>>()

  constructor(answers: Partial<CommandHandlers> = {}) {
    this.#answers = answers
  }

  async invoke<N extends CommandName>(command: N, input: CommandInput<N>): Promise<Result<CommandOutput<N>>> {
    this.asked.push({ command, input })
    try {
      commandInputs[command].parse(input)
      const answer = this.#answers[command]
      if (answer === undefined) throw new Error(`The test has no answer to ${command}.`)
      return ok(await answer(input))
    } catch (thrown) {
      return fail(toAppError(thrown))
    }
  }

  on<E extends EventName>(event: E, listener: (payload: StudioEvents[E]) => void): () => void {
    const listeners = this.#listeners.get(event) ?? new Set()
    this.#listeners.set(event, listeners)
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  async tokenForFile(file: unknown): Promise<Result<{ readonly token: string; readonly fileName: string }>> {
    if (!(file instanceof File)) throw new TypeError('not a file')
    return ok({ token: `token of ${file.name}`, fileName: file.name })
  }

  announce<E extends EventName>(event: E, payload: StudioEvents[E]): void {
    // The map holds for each event listeners of that event only; `on` is the one place that fills it.
    for (const listener of this.#listeners.get(event) ?? []) (listener as (payload: StudioEvents[E]) => void)(payload)
  }

  /** How many listen to anything. */
  get listenerCount(): number {
    return [...this.#listeners.values()].reduce((sum, listeners) => sum + listeners.size, 0)
  }

  /** Inputs of one command, in order. */
  inputsOf<N extends CommandName>(command: N): readonly CommandInput<N>[] {
    // `invoke` puts an input beside its own command only.
    return this.asked.filter((entry) => entry.command === command).map(({ input }) => input as CommandInput<N>)
  }
}

/** What a handler throws to refuse. */
export function refusal(code: AppError['code'], message: string): AppException {
  return new AppException({ code, message })
}

/** An answer that a test gives later. */
export class LaterAnswer<T> {
  readonly promise: Promise<T>
  #resolve: (value: T) => void = () => {}
  #reject: (error: Error) => void = () => {}

  constructor() {
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
  }

  give(value: T): void {
    this.#resolve(value)
  }

  refuse(error: Error): void {
    this.#reject(error)
  }
}
