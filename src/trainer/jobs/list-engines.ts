/** Which executors and providers this machine has. */
import { listExecutors } from '#engine/executors/create-executor.ts'
import type { JobContext, JobEnd } from '../job-context.ts'

export async function listEngines(context: JobContext): Promise<JobEnd> {
  const listings = await listExecutors()
  context.send({
    type: 'result',
    result: {
      kind: 'list-engines',
      engines: listings.map(({ executor, provider, available, reason, verified }) => ({
        executor,
        provider,
        status: available ? 'available' : 'unavailable',
        isVerified: verified,
        detail: reason ?? (verified ? 'tested by the project' : 'loads here, never tested by the project'),
      })),
      versions: {},
    },
  })
  return 'finished'
}
