/** Reads a network file and writes the network in the studio's own form. */
import { writeFile } from 'node:fs/promises'
import type { TrainerJob } from '#shared/protocol/trainer-protocol.ts'
import type { JobContext, JobEnd } from '../process/job-context.ts'
import { sha256HexOfFile } from '../sha256.ts'
import { prepareNetwork } from '../weights/prepared-network.ts'

type ImportNetworkJob = Extract<TrainerJob, { kind: 'import-network' }>

export async function importNetwork(job: ImportNetworkJob, context: JobContext): Promise<JobEnd> {
  const { recognised, bytes } = await prepareNetwork(job, context)
  await writeFile(job.outputPath, bytes)
  const sourceSha256 = await sha256HexOfFile(job.sourcePath)
  context.send({ type: 'result', result: { kind: 'import-network', ...recognised, sourceSha256 } })
  return 'finished'
}
