/** The states of an experiment and the only changes allowed; the store applies them by compare-and-set. */

export const experimentStatuses = ['draft', 'queued', 'running', 'paused', 'completed', 'failed', 'cancelled'] as const
export type ExperimentStatus = (typeof experimentStatuses)[number]

export const experimentActions = [
  'enqueue', // draft -> queued
  'dispatch', // queued -> running, by the queue only
  'pause', // running or queued -> paused
  'resume', // paused -> queued
  'complete', // running -> completed, by the trainer's result only
  'fail', // running -> failed
  'cancel', // anything unfinished -> cancelled
  'retry', // failed or cancelled -> queued
  'put-back', // cancelled -> queued, at the front: the queue that was cleared
  'recover', // running -> queued, after the app or its trainer died
] as const
export type ExperimentAction = (typeof experimentActions)[number]

const transitions: Readonly<Record<ExperimentStatus, Readonly<Partial<Record<ExperimentAction, ExperimentStatus>>>>> = {
  draft: { enqueue: 'queued', cancel: 'cancelled' },
  queued: { dispatch: 'running', pause: 'paused', cancel: 'cancelled' },
  running: { pause: 'paused', complete: 'completed', fail: 'failed', cancel: 'cancelled', recover: 'queued' },
  paused: { resume: 'queued', cancel: 'cancelled' },
  completed: {},
  failed: { retry: 'queued' },
  cancelled: { retry: 'queued', 'put-back': 'queued' },
}

/** Whether an experiment in `status` has nothing left to do, unless somebody tries it again. */
export function isEnded(status: ExperimentStatus): boolean {
  return status === 'completed' || status === 'failed' || status === 'cancelled'
}

/** The status after `action`, or undefined when it is not allowed from `status`. */
export function nextStatus(status: ExperimentStatus, action: ExperimentAction): ExperimentStatus | undefined {
  return transitions[status][action]
}

/** Actions allowed from `status`, for menus. */
export function allowedActions(status: ExperimentStatus): readonly ExperimentAction[] {
  return experimentActions.filter((action) => transitions[status][action] !== undefined)
}
