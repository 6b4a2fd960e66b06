/** The time left of a run, and what it measured for the runs to come. */
import { pacesOf, stageKey } from '#shared/experiment/stage-times.ts'
import type { Stage } from '#shared/experiment/stages.ts'
import type { TimedJob } from '#shared/protocol/trainer-protocol.ts'
import type { JobContext } from '../process/job-context.ts'
import { sha256Hex } from '../sha256.ts'
import { TimeLeft } from './time-left.ts'

/** The time left of a run of these stages, with what earlier runs measured of them. */
export function timeLeftOf(job: TimedJob, stages: readonly Stage[]): TimeLeft {
  return new TimeLeft(stages, pacesOf(stages, stageKey(job, sha256Hex), job.knownTimes ?? {}))
}

/** Hands over what this attempt measured, for the runs to come. */
export function sendStageTimes(context: JobContext, job: TimedJob, { measured }: TimeLeft): void {
  const key = stageKey(job, sha256Hex)
  const seconds = Object.fromEntries(Object.entries(measured).map(([stage, value]) => [key(stage), value]))
  context.send({ type: 'stage-times', seconds })
}
