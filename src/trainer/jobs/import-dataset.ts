/** Decodes a data set into the studio's image cache. */
import { convertCifar } from '#formats/cifar/cache.ts'
import { AppException } from '#shared/result.ts'
import type { TrainerJob } from '#shared/trainer-protocol.ts'
import type { JobContext, JobEnd } from '../job-context.ts'

type ImportDatasetJob = Extract<TrainerJob, { kind: 'import-dataset' }>

export async function importDataset(job: ImportDatasetJob, context: JobContext): Promise<JobEnd> {
  context.send({ type: 'phase', phase: 'decoding images', done: 0, total: 0 })
  const converted = await convertCifar(job.sourcePath, job.outputPath)
  if (!converted.ok) throw new AppException(converted.error)
  const { header, sha256, sizeBytes } = converted.value
  const [channels = 0, height = 0, width = 0] = header.imageShape
  context.send({
    type: 'result',
    result: {
      kind: 'import-dataset',
      datasetKind: header.kind,
      classNames: [...header.classNames],
      imageShape: [channels, height, width],
      counts: {
        train: header.splits.train?.count ?? 0,
        validation: header.splits.validation?.count ?? 0,
        test: header.splits.test?.count ?? 0,
      },
      sha256,
      sizeBytes,
      evidence: header.evidence,
    },
  })
  return 'finished'
}
