import type { AppError } from '#shared/basics/result.ts'
import { memoryRemedy } from '#shared/basics/storage-errors.ts'

/** Where a job stood when its trainer died. */
export interface Death {
  /** For people: `killed by SIGKILL`. */
  readonly reason: string
  readonly isOutOfMemory: boolean
  readonly step: number
  /** Undefined before the job has said what it does. */
  readonly phase: string | undefined
  /** Steps were being made; other phases are done again from their beginning. */
  readonly isInSteps: boolean
  /** Pieces of work kept since the last death, such as checkpoints that a new process goes on from. */
  readonly kept: number
}

export type Verdict =
  | { readonly kind: 'restart'; readonly delayMs: number; readonly text: string }
  | { readonly kind: 'give-up'; readonly error: AppError }

/**
 * Counts the deaths of one job's trainers. Those before the last progress are forgiven: a run of days may meet many.
 * Dying twice at one step means that the step does it; work without steps is given all its attempts.
 */
export class Deaths {
  readonly #delaysMs: readonly number[]
  #since: Death[] = []

  /** @param delaysMs waits before the first, second ... restart without progress; as many restarts as entries */
  constructor(delaysMs: readonly number[]) {
    this.#delaysMs = delaysMs
  }

  add(death: Death): Verdict {
    if (death.kept > 0) this.#since = []
    const last = this.#since.at(-1)
    this.#since.push(death)
    const isTwiceHere = last !== undefined && isStepAgain(last, death)
    const delayMs = this.#delaysMs[this.#since.length - 1]
    if (delayMs === undefined || isTwiceHere) return { kind: 'give-up', error: this.#error(death, isTwiceHere) }
    const attempt = `restart ${this.#since.length} of ${this.#delaysMs.length} in ${delayMs / 1000} s`
    const what = death.isOutOfMemory ? `ran out of memory ${placeOf(death)}` : `died ${placeOf(death)}`
    return { kind: 'restart', delayMs, text: `The trainer ${what} (${death.reason}); ${attempt}.` }
  }

  #error(death: Death, isTwiceHere: boolean): AppError {
    const { reason, step, isOutOfMemory } = death
    const often = this.#delaysMs.length === 0 ? reason : `${reason}; it died ${this.#how(death, isTwiceHere)}`
    const where = isStepKnown(death) ? `step ${step}` : (death.phase ?? 'start')
    return isOutOfMemory
      ? {
          code: 'out-of-memory',
          message: `The trainer process ran out of memory: ${often}.`,
          where,
          remedy: `${memoryRemedy} Retry goes on from the last checkpoint.`,
        }
      : {
          code: 'trainer-gone',
          message: `The trainer process ended unexpectedly: ${often}.`,
          where,
          remedy: 'Its log has more. Retry goes on from the last checkpoint.',
        }
  }

  #how(death: Death, isTwiceHere: boolean): string {
    if (isTwiceHere) return `twice ${placeOf(death)}`
    const areHere = !isStepKnown(death) && this.#since.every(({ phase }) => phase === death.phase)
    return `${this.#since.length} times${areHere ? ` ${placeOf(death)}` : ''}`
  }
}

function isStepAgain(last: Death, death: Death): boolean {
  if (!isStepKnown(death) && death.phase !== undefined) return false
  return isStepKnown(last) === isStepKnown(death) && last.step === death.step && last.phase === death.phase
}

/** `at step 7`, `in finding the permutation`, `before it had begun`. */
function placeOf(death: Death): string {
  if (isStepKnown(death)) return `at step ${death.step}`
  return death.phase === undefined ? 'before it had begun' : `in the phase "${death.phase}"`
}

function isStepKnown({ isInSteps, step, phase }: Death): boolean {
  return isInSteps || (phase === undefined && step > 0)
}
