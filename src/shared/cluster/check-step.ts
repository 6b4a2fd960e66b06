import type { AppError } from '../basics/result.ts'

/** One step of the check of a cluster; told when it begins and when it ends. */
export interface CheckStep {
  readonly name: 'login' | 'system' | 'slurm' | 'folder' | 'job'
  readonly title: string
  readonly status: 'running' | 'ok' | 'failed'
  /** What was found, or what is wrong. */
  readonly detail: string
  readonly remedy?: string
  /** The connection failed, or could not be made. */
  readonly connectionError?: AppError
}
