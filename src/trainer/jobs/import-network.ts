/** Reads a network file and writes the network in the studio's own form. */
import { writeFile } from 'node:fs/promises'
import type { TrainerJob } from '#shared/trainer-protocol.ts'
import type { JobContext, JobEnd } from '../job-context.ts'
import { prepareNetwork } from '../prepared-network.ts'

type ImportNetworkJob = Extract<TrainerJob, { kind: 'import-network' }>

export async function importNetwork(job: ImportNetworkJob, context: JobContext): Promise<JobEnd> {
  const { recognised, bytes } = await prepareNetwork(job, context)
  await writeFile(job.outputPath, bytes)
  context.send({ type: 'result', result: { kind: 'import-network', ...recognised } })
  return 'finished'
}
