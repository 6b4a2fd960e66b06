/** The codes in a finished package, with the bits that each of them takes. */
import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import type { TrainerJob } from '#shared/protocol/trainer-protocol.ts'
import { packagedCodes } from '../methods/spectral/packaged-codes.ts'
import { tellPhase, type JobContext, type JobEnd } from '../process/job-context.ts'
import { loadNetwork } from '../weights/stored-network.ts'

type ReadCodesJob = Extract<TrainerJob, { kind: 'read-codes' }>

/** Throws `AppException` as `loadNetwork` and `packagedCodes` do. */
export async function readCodes(job: ReadCodesJob, context: JobContext): Promise<JobEnd> {
  tellPhase(context, 'reading the package')
  const original = await loadNetwork(job.network)
  await context.breathe()
  const codes = packagedCodes(original, job.config, await readFile(job.packagePath), basename(job.packagePath))
  context.send({ type: 'result', result: { kind: 'read-codes', ...codes } })
  return 'finished'
}
