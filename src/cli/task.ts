import type { ReadingStudio } from '#main/studio.ts'
import type { Invocation } from './command.ts'

const taskId = 'command-line'

/** Runs a studio command that is a task; Ctrl-C cancels it. */
export async function runTask<T>(
  { onInterrupt }: Invocation,
  studio: ReadingStudio,
  start: (taskId: string) => Promise<T>,
): Promise<T> {
  const giveBack = onInterrupt(() => void studio.invoke('tasks.cancel', { taskId }))
  try {
    return await start(taskId)
  } finally {
    giveBack()
  }
}
