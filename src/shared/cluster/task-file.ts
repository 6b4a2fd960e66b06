/** What a job finds about its run, in `batches/SUBMISSION/TASK.json`; and names that are safe in paths there. */
import { z } from 'zod'
import { executorChoiceSchema } from '../protocol/trainer-protocol.ts'
import { remoteFileSchema, sha256Schema } from './remote-events.ts'

/** Ids of the studio: names of files and folders there. */
export const remoteIdSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/)

export const taskFileSchema = z.strictObject({
  version: z.literal(1),
  runId: remoteIdSchema,
  submission: remoteIdSchema,
  executor: executorChoiceSchema,
  /** `packValue` of the job, with paths of the cluster; its bytes are an object. */
  job: z.unknown(),
  jobFile: remoteFileSchema.exactOptional(),
  /** Where to go on, unless the run has come further there. An object. */
  checkpoint: z.strictObject({ step: z.int().min(0), sha256: sha256Schema }).exactOptional(),
  /** Everything that this run needs of `objects`. */
  objects: z.array(sha256Schema).max(100),
})
export type TaskFile = z.infer<typeof taskFileSchema>
