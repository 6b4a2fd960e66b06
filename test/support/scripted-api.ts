import {
  commandInputs,
  type CommandHandlers,
  type CommandInput,
  type CommandName,
  type CommandOutput,
  type StudioApi,
} from '#shared/protocol/contract.ts'
import { AppException, fail, ok, toAppError, type AppError, type Result } from '#shared/basics/result.ts'
import { Announcer } from './announcer.ts'

/**
 * The studio as a window meets it: what it answers and announces a test says. Inputs have to satisfy the contract, as they
 * have to where commands are handled.
 */
export class ScriptedApi extends Announcer implements StudioApi {
  /** What was asked so far, in order. */
  readonly asked: { readonly command: CommandName; readonly input: unknown }[] = []
  readonly #answers: Partial<CommandHandlers>

  constructor(answers: Partial<CommandHandlers> = {}) {
    super()
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

  async tokenForFile(file: unknown): Promise<Result<{ readonly token: string; readonly fileName: string }>> {
    if (!(file instanceof File)) throw new TypeError('not a file')
    return ok({ token: `token of ${file.name}`, fileName: file.name })
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
