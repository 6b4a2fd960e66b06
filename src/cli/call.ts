import type { CommandInput, CommandName, CommandOutput, DesktopCommandName } from '#shared/contract.ts'
import { AppException } from '#shared/result.ts'
import type { Studio } from '#main/studio.ts'

/** The answer of a studio command; throws its error. */
export async function call<N extends Exclude<CommandName, DesktopCommandName>>(
  studio: Studio,
  command: N,
  input: CommandInput<N>,
): Promise<CommandOutput<N>> {
  const answer = await studio.invoke(command, input)
  if (answer.ok) return answer.value
  throw new AppException(answer.error)
}
