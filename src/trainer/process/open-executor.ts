/** The executor a job asked for, and how to name its device to people. */
import { createExecutor } from '#engine/executors/create-executor.ts'
import type { Executor } from '#engine/executors/executor.ts'
import type { ExecutorChoice } from '#shared/protocol/trainer-protocol.ts'

/** Throws `AppException` `executor-unavailable` when it cannot be loaded here. */
export async function openExecutor(
  choice: ExecutorChoice,
): Promise<{ readonly executor: Executor; readonly device: string }> {
  const executor = await createExecutor(choice)
  const { device } = executor
  return { executor, device: `${device.runtime} ${device.provider}, ${device.name}, ${threadsText(device.threads)}` }
}

function threadsText(threads: number): string {
  if (threads === 0) return 'a thread a core'
  return threads === 1 ? '1 thread' : `${threads} threads`
}
