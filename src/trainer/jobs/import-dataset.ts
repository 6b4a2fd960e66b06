/** Decodes a data set into the studio's image cache. */
import { convertDataset } from '#formats/dataset/dataset.ts'
import { AppException } from '#shared/basics/result.ts'
import type { TrainerJob } from '#shared/protocol/trainer-protocol.ts'
import { tellPhase, type JobContext, type JobEnd } from '../process/job-context.ts'

type ImportDatasetJob = Extract<TrainerJob, { kind: 'import-dataset' }>

export async function importDataset(job: ImportDatasetJob, context: JobContext): Promise<JobEnd> {
  const onProgress = (done: number, total: number) => {
    tellPhase(context, 'decoding images', done, total)
  }
  onProgress(0, 0)
  const converted = await convertDataset(job.sourcePath, job.outputPath, {
    ...job.images,
    accept: job.accept,
    onProgress,
  })
  if (!converted.ok) throw new AppException(converted.error)
  const { header, sha256, sizeBytes, skipped } = converted.value
  const [channels, height, width] = header.imageShape
  const { train, validation, test } = header.splits
  context.send({
    type: 'result',
    result: {
      kind: 'import-dataset',
      datasetKind: header.kind,
      classNames: [...header.classNames],
      imageShape: [channels, height, width],
      counts: { train: train.count, validation: validation.count, test: test.count },
      sha256,
      sizeBytes,
      evidence: header.evidence,
      skipped: { count: skipped.count, files: [...skipped.files] },
    },
  })
  return 'finished'
}
