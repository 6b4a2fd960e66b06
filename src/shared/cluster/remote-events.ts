/**
 * What a run on a cluster tells: lines of JSON in a file for each attempt, appended and never changed, and files named by their
 * SHA-256 beside it. Whoever reads them trusts neither.
 */
import { z } from 'zod'
import { appErrorCodes } from '../basics/result.ts'
import type { FromTrainer } from '../protocol/trainer-protocol.ts'

/** A longer line is none of ours. */
export const MOST_LINE_BYTES = 2 ** 20
/** More than any package, checkpoint or picture of a run. */
const MOST_FILE_BYTES = 2 ** 31

export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/)

export const remoteFileSchema = z.strictObject({
  sha256: sha256Schema,
  sizeBytes: z.int().min(0).max(MOST_FILE_BYTES),
})
export type RemoteFile = z.infer<typeof remoteFileSchema>

const attachedKinds = ['checkpoint', 'kernel-snapshot', 'permutation', 'preview', 'result'] as const

/** A message of a trainer whose bytes are in a file there. */
export const attachedSchema = z.strictObject({
  of: z.enum(attachedKinds),
  step: z.int().min(0).exactOptional(),
  file: remoteFileSchema,
  /** `packValue` of the message. */
  packed: z.unknown(),
})
export type AttachedMessage = z.infer<typeof attachedSchema>

const shortText = z.string().max(500)

/** When it was written, by the clock there, in milliseconds since 1970. */
const writtenAt = z.int().min(0)

/** Who computes, since when, and from where. */
const attemptSchema = z.strictObject({
  type: z.literal('attempt'),
  at: writtenAt,
  attempt: z.int().min(1),
  node: shortText,
  cpuModel: shortText,
  /** Of the package that computes. */
  executorVersion: shortText,
  /** `42_3`: the job of the array. */
  jobId: shortText,
  /** 0, or the step of the checkpoint it goes on from: what was told of later steps is computed again. */
  fromStep: z.int().min(0),
})

const noteSchema = z.strictObject({
  type: z.literal('note'),
  at: writtenAt,
  level: z.enum(['info', 'warning', 'error']),
  text: z.string().max(10_000),
})

export const eventLineSchema = z.discriminatedUnion('type', [
  attemptSchema,
  noteSchema,
  /** `packValue` of a message without bytes. */
  z.strictObject({ type: z.literal('message'), at: writtenAt, packed: z.unknown() }),
  attachedSchema.extend({ type: z.literal('attached'), at: writtenAt }),
])

export type EventLine = z.infer<typeof eventLineSchema>

/** Where an event ends, in the file of its attempt. */
export interface EventPlace {
  readonly attempt: number
  readonly offset: number
}

export type RemoteEvent = (
  | z.infer<typeof attemptSchema>
  | z.infer<typeof noteSchema>
  | { readonly type: 'message'; readonly at: number; readonly message: FromTrainer }
  | ({ readonly type: 'attached'; readonly at: number } & AttachedMessage)
) & { readonly end: EventPlace }

/** How an attempt ended that brought no result. */
export const endedSchema = z.strictObject({
  attempt: z.int().min(1),
  end: z.discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('paused'),
      /** The time limit is near, somebody wished it, the job was told to end, or a disk takes no more. */
      why: z.enum(['limit', 'wish', 'signal', 'trouble']),
      text: z.string().max(10_000).exactOptional(),
    }),
    z.strictObject({
      kind: z.literal('failed'),
      error: z.strictObject({
        code: z.enum(appErrorCodes),
        message: z.string().max(10_000),
        where: z.string().max(10_000).exactOptional(),
        remedy: z.string().max(10_000).exactOptional(),
      }),
    }),
  ]),
})
export type AttemptEnd = z.infer<typeof endedSchema>

/** `result.json`, which is there when the run is complete and never before. */
export const remoteResultSchema = z.strictObject({ attempt: z.int().min(1), result: attachedSchema })
