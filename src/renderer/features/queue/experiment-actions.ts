import type { CommandName } from '#shared/protocol/contract.ts'
import { allowedActions, nextStatus, type ExperimentStatus } from '#shared/experiment/status-machine.ts'
import type { ExperimentSummary } from '#shared/experiment/experiment-summary.ts'
import type { WindowStudio } from '../../state/studio.svelte.ts'
import { queueTexts } from './texts.ts'

type QueueCommand = Extract<CommandName, `queue.${'enqueue' | 'pause' | 'resume' | 'cancel' | 'retry'}`>

export interface UserAction {
  readonly name: 'enqueue' | 'pause' | 'resume' | 'retry' | 'cancel'
  readonly title: string
  readonly command: QueueCommand
  /** Start of the message when it fails. */
  readonly failure: string
}

const userActions: readonly UserAction[] = [
  { name: 'enqueue', title: queueTexts.enqueue, command: 'queue.enqueue', failure: queueTexts.enqueueFailure },
  { name: 'pause', title: queueTexts.pause, command: 'queue.pause', failure: queueTexts.pauseFailure },
  { name: 'resume', title: queueTexts.resume, command: 'queue.resume', failure: queueTexts.resumeFailure },
  { name: 'retry', title: queueTexts.tryAgain, command: 'queue.retry', failure: queueTexts.retryFailure },
  { name: 'cancel', title: queueTexts.cancel, command: 'queue.cancel', failure: queueTexts.cancelFailure },
]

/**
 * What a person can do with an experiment in `status`; the rest of the transitions belong to the queue. One that cannot be
 * read cannot be run either.
 */
export function actionsFor(status: ExperimentStatus, isReadable = true): readonly UserAction[] {
  const allowed = allowedActions(status).filter((action) => isReadable || nextStatus(status, action) !== 'queued')
  return userActions.filter(({ name }) => allowed.includes(name))
}

/** Whether it deserves a question: a draft or a waiting one loses nothing, work that has been done does. */
export function isLosingWork({ name }: UserAction, { latestRun }: Pick<ExperimentSummary, 'latestRun'>): boolean {
  return name === 'cancel' && latestRun !== undefined
}

/** Tells in a toast when it was refused. */
export async function performAction(
  studio: WindowStudio,
  { command, failure }: UserAction,
  { id, name }: Pick<ExperimentSummary, 'id' | 'name'>,
): Promise<void> {
  const answer = await studio.act(`${name}: ${failure.toLowerCase()}`, command, { ids: [id] })
  if (answer !== undefined) studio.queue.state.set(answer.value)
}
