import {
  endedSchema,
  remoteResultSchema,
  type AttachedMessage,
  type AttemptEnd,
  type RemoteEvent,
} from '#shared/cluster/remote-events.ts'
import { jsonOrNothing } from '#shared/basics/json-or-nothing.ts'
import type { PolledFiles } from '#shared/cluster/requests.ts'
import { jobNameOf, type QueueLine } from '#shared/cluster/squeue.ts'
import { remoteState } from '#shared/cluster/states.ts'
import { readEventLines } from './event-lines.ts'
import type { PolledRun, RunCursor } from './remote-cluster.ts'

/** What a look at the cluster says of one run. @param queue undefined where squeue did not answer */
export async function polledRun(
  run: RunCursor,
  queue: readonly QueueLine[] | undefined,
  files: PolledFiles,
): Promise<PolledRun> {
  const events: RemoteEvent[] = []
  for (const { attempt, offset, text } of files.pieces) {
    events.push(...(await readEventLines(Buffer.from(text, 'latin1'), attempt, offset)))
  }
  const last = files.pieces.at(-1)
  const cursor =
    last === undefined
      ? { attempt: run.attempt, offset: run.offset }
      : { attempt: last.attempt, offset: last.offset + last.text.length }
  const state = remoteState(queue === undefined ? undefined : lineOf(run, queue, files.claim), queue !== undefined, {
    hasFolder: files.hasFolder,
    newestAttempt: files.newestAttempt,
    result: resultOf(files.result),
    ended: endOf(files.ended, files.newestAttempt),
    wish: files.wish,
    silentSeconds: files.silentSeconds,
    outputTail: files.outputTail,
  })
  return { events, cursor, hasMore: files.hasMore, state }
}

/** Of an array that was submitted twice the job that has the run counts; before one has it, whichever may still start. */
function lineOf(run: RunCursor, queue: readonly QueueLine[], claim: string | undefined): QueueLine | undefined {
  const ours = queue.filter(({ jobName, task }) => jobName === jobNameOf(run.submission) && task === run.task)
  const claiming = ours.find(({ arrayJobId, task }) => `${arrayJobId}_${task}` === claim)
  if (claim !== undefined) return claiming
  return ours.find(({ state }) => state === 'PENDING' || state === 'RUNNING') ?? ours[0]
}

function resultOf(text: string | undefined): AttachedMessage | undefined {
  const parsed = remoteResultSchema.safeParse(jsonOrNothing(text ?? ''))
  return parsed.success ? parsed.data.result : undefined
}

function endOf(text: string | undefined, newestAttempt: number): AttemptEnd['end'] | undefined {
  const parsed = endedSchema.safeParse(jsonOrNothing(text ?? ''))
  return parsed.success && parsed.data.attempt === newestAttempt ? parsed.data.end : undefined
}
