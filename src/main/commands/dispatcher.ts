import type { z } from 'zod'
import {
  commandInputs,
  type CommandHandlers,
  type CommandInput,
  type CommandName,
  type CommandOutput,
} from '#shared/protocol/contract.ts'
import { isStorageTrouble } from '#shared/basics/storage-errors.ts'
import { tooLarge } from '#shared/protocol/message-size.ts'
import { fail, ok, toAppError, type AppError, type Result } from '#shared/basics/result.ts'

export interface DispatcherOptions {
  /** One handler a command; those that need a desktop are there only in the desktop app. */
  readonly table: Partial<CommandHandlers>
  /** Why a command is not carried out here whatever it is given; undefined when it is. */
  readonly refusalOf: (command: CommandName) => AppError | undefined
  /** Where the store lies, for errors of its disk that do not say where. */
  readonly storeFolder: string
  /** Told once of every answer that is an error; `thrown` is what a handler threw. */
  readonly onError: (command: CommandName, error: AppError, thrown?: unknown) => void
}

/**
 * The one way to a command, for windows and for the command line. Each call is checked in the same order: whether the
 * command is carried out here, then the size of its input, its input, then the handler; nothing is thrown.
 */
export class Dispatcher {
  readonly #options: DispatcherOptions

  constructor(options: DispatcherOptions) {
    this.#options = options
  }

  /** Carries out one command. Errors: `invalid-argument`, the refusal, and those of the command. */
  async invoke<N extends CommandName>(command: N, input: unknown): Promise<Result<CommandOutput<N>>> {
    const { table, refusalOf } = this.#options
    if (!Object.hasOwn(commandInputs, command)) return this.#failed(command, unknownCommand(command))
    const refusal = refusalOf(command)
    if (refusal !== undefined) return this.#failed(command, refusal)
    const excess = tooLarge(command, input)
    if (excess !== undefined) return this.#failed(command, excess)
    const schema: z.ZodType = commandInputs[command]
    const parsed = schema.safeParse(input)
    if (!parsed.success) return this.#failed(command, invalidInput(command, parsed.error))
    const handler: Partial<CommandHandlers>[N] = table[command]
    if (handler === undefined) return this.#failed(command, needsDesktop(command))
    try {
      // The schema of N parses to the input of N; the compiler cannot see that through the table's union.
      return ok(await handler(parsed.data as CommandInput<N>))
    } catch (thrown) {
      return this.#failed(command, this.#placed(toAppError(thrown)), thrown)
    }
  }

  #placed(error: AppError): AppError {
    return error.where === undefined && isStorageTrouble(error) ? { ...error, where: this.#options.storeFolder } : error
  }

  #failed(command: CommandName, error: AppError, thrown?: unknown): { readonly ok: false; readonly error: AppError } {
    this.#options.onError(command, error, thrown)
    return fail(error)
  }
}

function unknownCommand(command: string): AppError {
  return {
    code: 'unknown-command',
    message: `The studio has no command ${JSON.stringify(command).slice(0, 60)}.`,
    remedy: 'The window and the studio may be of different versions: restart the studio.',
  }
}

function needsDesktop(command: CommandName): AppError {
  return { code: 'invalid-argument', message: `${command} needs the desktop app.` }
}

function invalidInput(command: CommandName, error: z.ZodError): AppError {
  const [issue] = error.issues
  return {
    code: 'invalid-argument',
    message: `${command}: ${issue?.message ?? 'the input is not valid'}.`,
    where: issue === undefined || issue.path.length === 0 ? 'input' : issue.path.join('.'),
    remedy: 'Correct the value and try again.',
  }
}
