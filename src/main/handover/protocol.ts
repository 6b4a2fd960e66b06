/**
 * What the owner of a store and a command line beside it say to each other: JSON, a value a line. The client shows the secret
 * first; then it sends commands of the contract, which the owner checks by the contract's own schemas.
 */
import { z } from 'zod'
import { appErrorSchema } from '#shared/experiment/results.ts'
import { handedCommandNames } from '#shared/protocol/command-lists.ts'

export const handoverProtocol = 1

/** Bytes of a line from somebody who has not shown the secret yet. */
export const helloLimitBytes = 4096
/** Bytes of any other line: a sweep of 10,000 configurations fits. */
export const lineLimitBytes = 64 * 2 ** 20
/** How long somebody may take to show the secret. */
export const helloTimeoutMs = 5000

/** Kept beside the store in a file that only its user can read. */
export const handoverAddressSchema = z.strictObject({
  protocol: z.int(),
  /** Path of a socket, or name of a pipe. */
  address: z.string().min(1).max(400),
  secret: z.string().length(64),
})
export type HandoverAddress = z.infer<typeof handoverAddressSchema>

/** `version` is that of the studio: commands and records of another one may differ. */
export const helloSchema = z.strictObject({ secret: z.string(), protocol: z.int(), version: z.string() })

export const requestSchema = z.strictObject({
  id: z.int().min(0),
  /** `tasks.cancel` changes nothing in the store, but the tasks are the owner's. */
  command: z.enum([...handedCommandNames, 'tasks.cancel']),
  /** Checked by the command's own schema. */
  input: z.unknown().optional(),
})
export type HandedRequest = z.infer<typeof requestSchema>

const resultSchema = z.union([
  z.strictObject({ ok: z.literal(true), value: z.unknown().optional() }),
  z.strictObject({ ok: z.literal(false), error: appErrorSchema }),
])

export const replySchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('welcome'), program: z.string() }),
  /** Nothing follows. */
  z.strictObject({ type: z.literal('refused'), error: appErrorSchema }),
  z.strictObject({
    type: z.literal('progress'),
    progress: z.strictObject({ taskId: z.string(), title: z.string(), done: z.number(), total: z.number() }),
  }),
  z.strictObject({ type: z.literal('answer'), id: z.int(), result: resultSchema }),
])
export type HandoverReply = z.infer<typeof replySchema>
