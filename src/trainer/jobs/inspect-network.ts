/** Says what an import of a network file would store, and stores nothing. */
import { listStateDicts } from '#formats/weights-file/reader.ts'
import { AppException, unwrap } from '#shared/basics/result.ts'
import type { JobResult, TrainerJob } from '#shared/protocol/trainer-protocol.ts'
import type { JobContext, JobEnd } from '../process/job-context.ts'
import { prepareNetwork } from '../weights/prepared-network.ts'

type InspectNetworkJob = Extract<TrainerJob, { kind: 'inspect-network' }>

export async function inspectNetwork(job: InspectNetworkJob, context: JobContext): Promise<JobEnd> {
  context.send({ type: 'result', result: await inspection(job, context) })
  return 'finished'
}

/** A file with several networks is no error here: whoever looks at it chooses one. Throws as `prepareNetwork` does. */
export async function inspection(
  job: InspectNetworkJob,
  context: Pick<JobContext, 'send' | 'breathe'>,
): Promise<JobResult> {
  try {
    const { recognised, stateDicts } = await prepareNetwork(job, context)
    return { kind: 'inspect-network', recognised, stateDicts: [...stateDicts] }
  } catch (thrown) {
    if (!(thrown instanceof AppException) || thrown.code !== 'weights-file-ambiguous') throw thrown
    return { kind: 'inspect-network', stateDicts: [...unwrap(await listStateDicts(job.sourcePath))] }
  }
}
