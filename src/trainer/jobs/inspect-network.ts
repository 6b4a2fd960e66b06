/** Says what an import of a network file would store, and stores nothing. */
import type { TrainerJob } from '#shared/trainer-protocol.ts'
import type { JobContext, JobEnd } from '../job-context.ts'
import { prepareNetwork } from '../prepared-network.ts'

type InspectNetworkJob = Extract<TrainerJob, { kind: 'inspect-network' }>

export async function inspectNetwork(job: InspectNetworkJob, context: JobContext): Promise<JobEnd> {
  const { recognised } = await prepareNetwork(job, context)
  context.send({ type: 'result', result: { kind: 'inspect-network', ...recognised } })
  return 'finished'
}
