import type { CommandName } from '#shared/protocol/contract.ts'
import { allowedActions, nextStatus, type ExperimentStatus } from '#shared/experiment/status-machine.ts'

type QueueCommand = Extract<CommandName, `queue.${'enqueue' | 'pause' | 'resume' | 'cancel' | 'retry'}`>

export interface UserAction {
  readonly name: 'enqueue' | 'pause' | 'resume' | 'retry' | 'cancel'
  readonly title: string
  readonly command: QueueCommand
  /** Start of the message when it fails. */
  readonly failure: string
}

const userActions: readonly UserAction[] = [
  { name: 'enqueue', title: 'Add to the queue', command: 'queue.enqueue', failure: 'It was not queued' },
  { name: 'pause', title: 'Pause', command: 'queue.pause', failure: 'It was not paused' },
  { name: 'resume', title: 'Resume', command: 'queue.resume', failure: 'It was not resumed' },
  { name: 'retry', title: 'Try again', command: 'queue.retry', failure: 'It was not queued again' },
  { name: 'cancel', title: 'Cancel', command: 'queue.cancel', failure: 'It was not cancelled' },
]

/**
 * What a person can do with an experiment in `status`; the rest of the transitions belong to the queue. One that cannot be
 * read cannot be run either.
 */
export function actionsFor(status: ExperimentStatus, isReadable = true): readonly UserAction[] {
  const allowed = allowedActions(status).filter((action) => isReadable || nextStatus(status, action) !== 'queued')
  return userActions.filter(({ name }) => allowed.includes(name))
}
