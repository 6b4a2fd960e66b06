import type { TrainerJob } from '../protocol/trainer-protocol.ts'

/** Jobs whose time left is estimated. */
export type TimedJob = Extract<TrainerJob, { kind: 'compress' | 'train' | 'baseline' }>

/** What the kept paces of a job are filed under: its network, or what is trained from random weights. */
export function stageSubject(job: TimedJob): string {
  return job.network?.sha256 ?? (job.kind === 'train' ? job.config.architecture : job.kind)
}
