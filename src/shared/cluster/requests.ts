/** What the studio asks of its program on the login node, and what that answers. It runs for one request and ends. */
import { z } from 'zod'
import { appErrorCodes } from '../basics/result.ts'
import { sha256Schema } from './remote-events.ts'
import { remoteIdSchema, taskFileSchema } from './task-file.ts'

/** Above this the answer says that there is more; a run gets its share. */
export const MOST_POLLED_BYTES = 4 * 2 ** 20
export const MOST_POLLED_BYTES_OF_RUN = 2 * 2 ** 20

const runRefSchema = z.strictObject({
  runId: remoteIdSchema,
  submission: remoteIdSchema,
  arrayJobId: z.int().min(1),
  task: z.int().min(0),
})

/** What may go of the folder of a studio; a name that begins with a point was never finished. */
const pathPattern =
  /^((objects|runs|batches|datasets|runtimes)\/\.?[A-Za-z0-9][\w.-]*|runtimes\/[A-Za-z0-9]+\/programs\/[A-Za-z0-9]+)$/

export const remoteRequestSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('submit'),
    submission: remoteIdSchema,
    /** Names the pin of the store. */
    studio: remoteIdSchema,
    runtime: sha256Schema,
    program: sha256Schema,
    /** Options of sbatch. */
    options: z.array(z.string()),
    /** Image caches, whose files are objects. */
    datasets: z.array(
      z.strictObject({
        sha256: sha256Schema,
        files: z.array(z.strictObject({ name: z.string().regex(/^[\w][\w.]*$/), sha256: sha256Schema })),
      }),
    ),
    tasks: z.array(taskFileSchema).min(1).max(1000),
  }),
  z.strictObject({
    kind: z.literal('poll'),
    runs: z.array(runRefSchema.extend({ attempt: z.int().min(0), offset: z.int().min(0) })),
  }),
  /** A part of a file of a run. */
  z.strictObject({
    kind: z.literal('read'),
    runId: remoteIdSchema,
    sha256: sha256Schema,
    offset: z.int().min(0),
    length: z.int().min(1),
  }),
  z.strictObject({ kind: z.literal('stop'), runs: z.array(runRefSchema).min(1), wish: z.enum(['pause', 'cancel']) }),
  z.strictObject({ kind: z.literal('checkpoint'), run: runRefSchema }),
  z.strictObject({ kind: z.literal('unused'), studio: remoteIdSchema, runIds: z.array(remoteIdSchema) }),
  z.strictObject({ kind: z.literal('remove'), paths: z.array(z.string().regex(pathPattern)) }),
])
export type RemoteRequest = z.infer<typeof remoteRequestSchema>
export type RequestOf<K extends RemoteRequest['kind']> = Extract<RemoteRequest, { kind: K }>

const polledFilesSchema = z.strictObject({
  hasFolder: z.boolean(),
  newestAttempt: z.int().min(0),
  /** `42_3`: whose job the run is; absent before it started. */
  claim: z.string().exactOptional(),
  /** Contents of `result.json` and `ended-N.json`. */
  result: z.string().exactOptional(),
  ended: z.string().exactOptional(),
  wish: z.enum(['pause', 'cancel']).exactOptional(),
  silentSeconds: z.number().exactOptional(),
  outputTail: z.string(),
  /** Whole lines; each character is a byte. */
  pieces: z.array(z.strictObject({ attempt: z.int().min(1), offset: z.int().min(0), text: z.string() })),
  hasMore: z.boolean(),
})
export type PolledFiles = z.infer<typeof polledFilesSchema>

const answers = {
  submit: z.strictObject({ arrayJobId: z.int().min(1) }),
  poll: z.strictObject({
    /** Absent where squeue did not answer. */
    queue: z.string().exactOptional(),
    runs: z.record(z.string(), polledFilesSchema),
  }),
  /** The bytes follow as a part of their own. */
  read: z.strictObject({ sizeBytes: z.int().min(0) }),
  stop: z.strictObject({}),
  checkpoint: z.strictObject({}),
  unused: z.strictObject({ paths: z.array(z.string().regex(pathPattern)), sizeBytes: z.number() }),
  remove: z.strictObject({}),
} as const satisfies Record<RemoteRequest['kind'], z.ZodType>
export type AnswerTo<K extends RemoteRequest['kind']> = z.infer<(typeof answers)[K]>

const failureSchema = z.strictObject({
  ok: z.literal(false),
  error: z.strictObject({
    code: z.enum(appErrorCodes),
    message: z.string(),
    where: z.string().exactOptional(),
    remedy: z.string().exactOptional(),
  }),
})

/** An answer as it comes: a `Result`. */
export function answerSchema<K extends RemoteRequest['kind']>(kind: K) {
  return z.discriminatedUnion('ok', [failureSchema, z.strictObject({ ok: z.literal(true), value: answers[kind] })])
}
