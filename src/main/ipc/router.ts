import type { IpcMain, IpcMainInvokeEvent } from 'electron'
import type { z } from 'zod'
import {
  type CommandHandlers,
  type CommandInput,
  type CommandName,
  type CommandOutput,
  commandInputs,
  commandNames,
} from '#shared/protocol/contract.ts'
import { commandChannel } from '#shared/protocol/ipc-channels.ts'
import { type AppError, type Result, fail, ok, toAppError } from '#shared/basics/result.ts'

export interface RouterOptions {
  readonly handlers: CommandHandlers
  /** True for the main frame of a window of ours showing the studio. */
  readonly isTrusted: (event: IpcMainInvokeEvent) => boolean
  /** Told once of every answer that is an error. */
  readonly onError: (command: string, error: AppError, thrown?: unknown) => void
}

/**
 * Registers one channel a command. Each call is checked in the same order: who sends it, then what it carries, then the
 * handler; the answer is a `Result` in every case, nothing is thrown across.
 *
 * @returns removes all channels again
 */
export function registerCommands(ipc: Pick<IpcMain, 'handle' | 'removeHandler'>, options: RouterOptions): () => void {
  for (const command of commandNames) {
    ipc.handle(commandChannel(command), (event, input: unknown) => answer(command, event, input, options))
  }
  return () => {
    for (const command of commandNames) ipc.removeHandler(commandChannel(command))
  }
}

async function answer<N extends CommandName>(
  command: N,
  event: IpcMainInvokeEvent,
  input: unknown,
  { handlers, isTrusted, onError }: RouterOptions,
): Promise<Result<CommandOutput<N>>> {
  if (!isTrusted(event)) return report(command, untrusted, onError)
  const schema: z.ZodType = commandInputs[command]
  const parsed = schema.safeParse(input)
  if (!parsed.success) return report(command, invalidInput(command, parsed.error), onError)
  try {
    // The schema of N parses to the input of N; the compiler cannot see that through the table's union.
    return ok(await handlers[command](parsed.data as CommandInput<N>))
  } catch (thrown) {
    return report(command, toAppError(thrown), onError, thrown)
  }
}

function report(
  command: string,
  error: AppError,
  onError: RouterOptions['onError'],
  thrown?: unknown,
): { readonly ok: false; readonly error: AppError } {
  onError(command, error, thrown)
  return fail(error)
}

/** The answer to whoever is not the studio's own page. */
export const untrusted: AppError = {
  code: 'unauthorized',
  message: 'This page may not give the studio commands.',
}

function invalidInput(command: string, error: z.ZodError): AppError {
  const [issue] = error.issues
  return {
    code: 'invalid-argument',
    message: `${command}: ${issue?.message ?? 'the input is not valid'}.`,
    where: issue === undefined || issue.path.length === 0 ? 'input' : issue.path.join('.'),
    remedy: 'Correct the value and try again.',
  }
}
