import type { TrainerJob } from '../protocol/trainer-protocol.ts'
import type { Family } from './experiment-config.ts'
import { familyOf } from './families.ts'

/** Jobs whose time left is estimated. */
export type TimedJob = Extract<TrainerJob, { kind: Family }>

/** What the kept paces of a job are filed under: its network, or what is trained from random weights. */
export function stageSubject(job: TimedJob): string {
  return job.network?.sha256 ?? familyOf(job.config).paceSubject(job.config)
}
