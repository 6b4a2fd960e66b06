/** Reads a network file and writes the network in the studio's own form. */
import { readFile, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { namedPreprocessing, networkMetadata } from '#formats/network-metadata.ts'
import { writeSafetensors } from '#formats/safetensors/writer.ts'
import { completePreprocessing } from '#networks/preprocessing.ts'
import type { TrainerJob } from '#shared/trainer-protocol.ts'
import type { JobContext, JobEnd } from '../job-context.ts'
import { readNetworkFile } from '../read-network-file.ts'
import { sha256Hex } from '../sha256.ts'

type ImportNetworkJob = Extract<TrainerJob, { kind: 'import-network' }>

export async function importNetwork(job: ImportNetworkJob, context: JobContext): Promise<JobEnd> {
  context.send({ type: 'phase', phase: 'reading', done: 0, total: 0 })
  const source = await readFile(job.sourcePath)
  const { network, parameters, format, evidence, metadata } = await readNetworkFile(job.sourcePath, job.architecture)
  const { mean, standardDeviation } = job.preprocessing
  const isNamedByUser = mean !== undefined && standardDeviation !== undefined
  const named = isNamedByUser ? undefined : namedPreprocessing({ name: basename(job.sourcePath) }, metadata)
  const preprocessing = completePreprocessing(network, job.preprocessing, named)
  const bytes = writeSafetensors(Object.entries(parameters), networkMetadata({ ...network, preprocessing }))
  await writeFile(job.outputPath, bytes)
  context.send({
    type: 'result',
    result: {
      kind: 'import-network',
      architecture: network.architecture,
      title: network.title,
      classes: network.classes,
      format,
      sourceSha256: sha256Hex(source),
      sha256: sha256Hex(bytes),
      sizeBytes: bytes.length,
      evidence,
    },
  })
  return 'finished'
}
