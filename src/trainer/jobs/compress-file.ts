/** A network file coded into a package, without a store and without data: what is measured is what a reader gets. */
import { readFile, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { unfolded } from '#engine/methods/spectral/unfolded.ts'
import { readSpectralPackage } from '#formats/spectral-package/reader.ts'
import { tensorsOf } from '#formats/spectral-package/tensors.ts'
import type { TrainerJob } from '#shared/protocol/trainer-protocol.ts'
import { AppException, unwrap } from '#shared/basics/result.ts'
import { spectralPackageSizes } from '../measure/package-sizes.ts'
import { reconstructionErrors } from '../measure/reconstruction-errors.ts'
import { encodeNetwork } from '../methods/spectral/encode.ts'
import { tellPhase, type JobContext, type JobEnd } from '../process/job-context.ts'
import { sha256Hex } from '../sha256.ts'
import { prepareNetwork } from '../weights/prepared-network.ts'

type CompressFileJob = Extract<TrainerJob, { kind: 'compress-file' }>

/** Throws `AppException`: what `prepareNetwork` and `encodeNetwork` throw, and `file-corrupt` where the disk did not keep the file. */
export async function compressFile(job: CompressFileJob, context: JobContext): Promise<JobEnd> {
  const { recognised, loaded } = await prepareNetwork(job, context)
  tellPhase(context, 'coding the kernels')
  await context.breathe()
  const startedMs = context.now()
  const { coded, content, written } = await encodeNetwork(loaded, recognised.sha256, job.config)
  tellPhase(context, 'writing the file')
  await context.breathe()
  await writeFile(job.outputPath, written)
  const read = await readFile(job.outputPath)
  const sha256 = sha256Hex(read)
  if (sha256 !== sha256Hex(written)) {
    throw new AppException({
      code: 'file-corrupt',
      message: 'The compressed file does not read back as it was written.',
      where: job.outputPath,
      remedy: 'Try again; if it fails again, choose another disk.',
    })
  }
  const { weights } = tensorsOf(unwrap(readSpectralPackage(read, basename(job.outputPath))))
  const compared = unfolded(weights, coded.folded.folds, loaded.parameters)
  context.send({
    type: 'result',
    result: {
      kind: 'compress-file',
      recognised,
      sizes: spectralPackageSizes(read, loaded.network),
      ...reconstructionErrors(loaded.parameters, compared),
      step: content.step,
      seconds: (context.now() - startedMs) / 1000,
      sha256,
      sizeBytes: read.byteLength,
    },
  })
  return 'finished'
}
