import { z } from 'zod'
import { resourcesSchema } from './cluster-config.ts'

/** How far a run on a cluster is. Whether it ended well, the status of the run says. */
const remoteRunStates = [
  'prepared', // stored here, not sent yet
  'sending', // sent at least once; no answer has come
  'waiting', // Slurm has it and gives reasons
  'running',
  'ended',
] as const

/** Where a run on a cluster is, as it was last heard of. */
export const remoteRunSchema = z
  .strictObject({
    /** Name of the cluster. */
    cluster: z.string(),
    state: z.enum(remoteRunStates),
    /** Id of the array, and which of its tasks this is; absent before there was an answer. */
    arrayJobId: z.int().exactOptional(),
    task: z.int().exactOptional(),
    /** Slurm's own word for why it waits: `Priority`. */
    reason: z.string().exactOptional(),
    /** When Slurm expects to start it, as it writes times. */
    startsAt: z.string().exactOptional(),
    /** Why it will never start, and what to change. */
    never: z.string().exactOptional(),
    node: z.string().exactOptional(),
    cpuModel: z.string().exactOptional(),
    /** Of ONNX Runtime there. */
    executorVersion: z.string().exactOptional(),
    /** When it was last heard of. */
    heardAt: z.string().exactOptional(),
    /** What it asks for, where that is not what the settings of the cluster say. */
    resources: resourcesSchema.exactOptional(),
  })
  .readonly()
export type RemoteRun = z.infer<typeof remoteRunSchema>

/** In a few words, for lists. */
export function remotePhase({ state, reason, never }: RemoteRun): string | undefined {
  if (never !== undefined) return 'will never start'
  if (state === 'prepared' || state === 'sending') return 'goes to the cluster'
  if (state !== 'waiting') return undefined
  return reason === undefined ? 'waits' : `waits: ${reason}`
}
