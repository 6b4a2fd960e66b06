import type { CommandInput, CommandName, CommandOutput, StudioApi } from '#shared/protocol/contract.ts'
import { fail, toAppError, type Result } from '#shared/basics/result.ts'

/** Asks the studio and always answers with a result: a broken channel reads like any other failure. */
export async function ask<N extends CommandName>(
  api: StudioApi,
  command: N,
  input: CommandInput<N>,
): Promise<Result<CommandOutput<N>>> {
  try {
    return await api.invoke(command, input)
  } catch (thrown) {
    return fail(toAppError(thrown))
  }
}
