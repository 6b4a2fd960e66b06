import type { CommandInput, CommandName, CommandOutput, DesktopCommandName } from '#shared/protocol/contract.ts'
import { AppException, type Result } from '#shared/basics/result.ts'

/** A studio, or a reader, that knows this command. */
interface Answering<N extends CommandName> {
  invoke(command: N, input: CommandInput<N>): Promise<Result<CommandOutput<N>>>
}

/** The answer of a studio command; throws its error. */
export async function call<N extends Exclude<CommandName, DesktopCommandName>>(
  studio: Answering<NoInfer<N>>,
  command: N,
  input: CommandInput<N>,
): Promise<CommandOutput<N>> {
  const answer = await studio.invoke(command, input)
  if (answer.ok) return answer.value
  throw new AppException(answer.error)
}
