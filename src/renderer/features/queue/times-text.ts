import type { QueueTimes } from '#shared/protocol/commands/queue.ts'
import { formatCount, formatDuration } from '../../format/format.ts'
import { queueTexts } from './texts.ts'

/** What a waiting experiment takes and when it begins, in words; empty before anything is known of the queue. */
export function waitingTimeText(time: QueueTimes['waiting'][number] | undefined): string {
  if (time === undefined) return ''
  const { seconds, startsIn } = time
  if (seconds === undefined) return queueTexts.notMeasured
  const takes = queueTexts.takes(formatDuration(seconds))
  if (startsIn === undefined) return takes
  return startsIn < 1 ? queueTexts.startsNext(takes) : queueTexts.startsIn(takes, formatDuration(startsIn))
}

/** When everything will have ended, in words; undefined where nothing runs or waits here: clusters keep their own time. */
export function allTimeText(
  times: Pick<QueueTimes, 'seconds' | 'unknown'> | undefined,
  count: number,
): string | undefined {
  if (times === undefined || count === 0) return undefined
  const { seconds, unknown } = times
  if (seconds === 0 && unknown === 0) return undefined
  if (unknown === 0) return queueTexts.allIn(formatDuration(seconds))
  if (unknown >= count || seconds === 0) return queueTexts.allUnknown
  return queueTexts.allInMoreThan(formatDuration(seconds), formatCount(unknown))
}
