import { AppException, assertNever } from '#shared/basics/result.ts'
import type { ExecutorChoice, JobResult, TrainerJob } from '#shared/protocol/trainer-protocol.ts'
import type { Clock } from '../basics/clock.ts'
import { Supervisor, type JobListener, type SupervisorLimits } from './supervisor.ts'
import type { TrainerHostFactory } from './trainer-host.ts'

export type ResultOf<K extends TrainerJob['kind']> = Extract<JobResult, { kind: K }>

export interface SingleJob<J extends TrainerJob> {
  readonly job: J
  readonly executor: ExecutorChoice
  readonly listener: JobListener
  readonly createHost: TrainerHostFactory
  readonly clock: Clock
  readonly limits: SupervisorLimits
  /** Given the function that stops the job; returns the one that forgets it. */
  readonly onCancel: (stop: () => void) => () => void
}

/** What somebody who cancels short work gets in place of its result. */
export function cancelledTask(): AppException {
  return new AppException({ code: 'cancelled', message: 'Cancelled; nothing was changed.' })
}

/**
 * Runs one job in a trainer process. A process that dies is not started again. Errors: the job's own, `trainer-gone`,
 * `cancelled`.
 */
export async function runSingleJob<J extends TrainerJob>(work: SingleJob<J>): Promise<ResultOf<J['kind']>> {
  const { job, executor, listener, createHost, clock, limits, onCancel } = work
  const supervisor = new Supervisor({ job, executor, label: `trainer ${job.kind}`, listener }, createHost, clock, {
    ...limits,
    restartDelaysMs: [],
  })
  const forget = onCancel(() => {
    supervisor.cancel()
    // An import may be deep in one file: it has nothing worth waiting for.
    supervisor.kill('cancelled')
  })
  const outcome = await supervisor.done
  forget()
  switch (outcome.kind) {
    case 'result':
      if (!isResultOf(job, outcome.result)) {
        throw new AppException({ code: 'internal', message: `The trainer answered ${job.kind} with something else.` })
      }
      return outcome.result
    case 'failed':
      throw new AppException(outcome.error)
    case 'paused':
    case 'cancelled':
      throw cancelledTask()
    default:
      return assertNever(outcome)
  }
}

function isResultOf<J extends TrainerJob>(job: J, result: JobResult): result is ResultOf<J['kind']> {
  return result.kind === job.kind
}
