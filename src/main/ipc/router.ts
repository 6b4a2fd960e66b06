import type { IpcMain, IpcMainInvokeEvent } from 'electron'
import { type CommandInput, type CommandName, type CommandOutput, commandNames } from '#shared/protocol/contract.ts'
import { commandChannel } from '#shared/protocol/ipc-channels.ts'
import { type AppError, type Result, fail } from '#shared/basics/result.ts'

export interface RouterOptions {
  /** Carries out a command: `Studio.invoke`, which parses the input. Never rejects. */
  readonly invoke: <N extends CommandName>(command: N, input: CommandInput<N>) => Promise<Result<CommandOutput<N>>>
  /** True for the main frame of a window of ours showing the studio. */
  readonly isTrusted: (event: IpcMainInvokeEvent) => boolean
  /** Told of every call from elsewhere. */
  readonly onRefused: (command: CommandName, error: AppError) => void
}

/**
 * Registers one channel a command. Who sends a call is checked first; everything else is the studio's. The answer is a
 * `Result` in every case, nothing is thrown across.
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
  { invoke, isTrusted, onRefused }: RouterOptions,
): Promise<Result<CommandOutput<N>>> {
  if (!isTrusted(event)) {
    onRefused(command, untrusted)
    return fail(untrusted)
  }
  // The page only claims that it is one: `invoke` parses it by the command's schema.
  return invoke(command, input as CommandInput<N>)
}

/** The answer to whoever is not the studio's own page. */
export const untrusted: AppError = {
  code: 'unauthorized',
  message: 'This page may not give the studio commands.',
}
