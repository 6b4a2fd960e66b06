/** What a network would weigh at many steps, estimated without writing a file: for a slider that answers at once. */
import type { SketchPoint, TrainerJob } from '#shared/protocol/trainer-protocol.ts'
import { sketch } from '../methods/spectral/sketch.ts'
import { tellPhase, type JobContext, type JobEnd } from '../process/job-context.ts'
import { prepareNetwork } from '../weights/prepared-network.ts'

type SketchJob = Extract<TrainerJob, { kind: 'sketch-spectral' }>

/** Throws `AppException` as `prepareNetwork` and `sketch` do. */
export async function sketchSpectral(job: SketchJob, context: JobContext): Promise<JobEnd> {
  const { loaded, recognised } = await prepareNetwork(job, context)
  const points: SketchPoint[] = []
  tellPhase(context, 'estimating sizes')
  await context.breathe()
  for (const point of sketch(loaded, recognised.sha256, job.config)) {
    points.push(point)
    tellPhase(context, 'estimating sizes', points.length)
    await context.breathe()
  }
  context.send({ type: 'result', result: { kind: 'sketch-spectral', points } })
  return 'finished'
}
