/** What can be asked of the queue. */
import { z } from 'zod'
import type { AppError } from '../../basics/result.ts'
import { empty, id, ids } from '../fields.ts'

/** Their input schemas; a part of `commandInputs`. */
export const queueInputs = {
  'queue.list': empty,
  'queue.enqueue': z.strictObject({ ids }),
  'queue.pause': z.strictObject({ ids }),
  'queue.resume': z.strictObject({ ids }),
  'queue.cancel': z.strictObject({ ids }),
  'queue.retry': z.strictObject({ ids }),
  /** To `position` (from 1) among the queued. */
  'queue.move': z.strictObject({ id, position: z.int().min(1) }),
  /** Takes everything that waits out of the queue; `queue.restore` of the ids it answers puts it back as it was. */
  'queue.clear': empty,
  /** Before everything that waits now, in this order; those that are no longer cancelled are left as they are. */
  'queue.restore': z.strictObject({ ids }),
  /** When what runs and waits will have ended; the `first` of the waiting are told one by one. */
  'queue.times': z.strictObject({ first: z.int().min(0).max(10_000) }),
  /** Dispatching on or off; running ones go on. */
  'queue.set-active': z.strictObject({ isActive: z.boolean() }),
} as const satisfies Record<string, z.ZodType>

/** Which experiments the queue holds, by id: what they are, lists say. */
export interface QueueState {
  readonly isActive: boolean
  /** How many run at once on the processor; any other device has one place. */
  readonly places: number
  readonly running: readonly string[]
  /** In the order in which they will run: the only truth about their positions. */
  readonly waiting: readonly string[]
  readonly paused: readonly string[]
  /** Why nothing starts although the queue is on: the disk of the store. It goes on by itself when that is well again. */
  readonly held?: AppError
}

/** Seconds from now, as far as earlier runs on this machine tell; undefined is not known yet. */
export interface QueueTimes {
  /** Until everything that runs and waits has ended; what is not known counts as nothing. */
  readonly seconds: number
  /** Experiments whose time is not known. */
  readonly unknown: number
  /** In the order of the queue. */
  readonly waiting: readonly {
    readonly id: string
    /** It takes. */
    readonly seconds: number | undefined
    readonly startsIn: number | undefined
    readonly endsIn: number | undefined
  }[]
}

/** A part of `CommandOutputs`. */
export interface QueueOutputs {
  'queue.list': QueueState
  'queue.enqueue': QueueState
  'queue.pause': QueueState
  'queue.resume': QueueState
  'queue.cancel': QueueState
  'queue.retry': QueueState
  'queue.move': QueueState
  'queue.clear': { readonly ids: readonly string[]; readonly state: QueueState }
  'queue.restore': QueueState
  'queue.times': QueueTimes
  'queue.set-active': QueueState
}
