/** Reads a network file and writes the network in the studio's own form. */
import { writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { namedPreprocessing, networkMetadata } from '#formats/network-metadata.ts'
import { writeSafetensors } from '#formats/safetensors/writer.ts'
import { describeNetwork } from '#networks/network-description.ts'
import { completePreprocessing } from '#networks/preprocessing.ts'
import type { TrainerJob } from '#shared/trainer-protocol.ts'
import { tellPhase, type JobContext, type JobEnd } from '../job-context.ts'
import { readNetworkFile } from '../read-network-file.ts'
import { sha256Hex, sha256HexOfFile } from '../sha256.ts'

type ImportNetworkJob = Extract<TrainerJob, { kind: 'import-network' }>

export async function importNetwork(job: ImportNetworkJob, context: JobContext): Promise<JobEnd> {
  tellPhase(context, 'reading')
  const { network, parameters, format, evidence, notes, metadata } = await readNetworkFile(job.sourcePath, job)
  const { mean, standardDeviation } = job.preprocessing
  const isNamedByUser = mean !== undefined && standardDeviation !== undefined
  const named = isNamedByUser ? undefined : namedPreprocessing({ name: basename(job.sourcePath) }, metadata)
  const preprocessing = completePreprocessing(network, job.preprocessing, named)
  const imported = { ...network, preprocessing }
  tellPhase(context, 'measuring the layers')
  await context.breathe()
  const description = describeNetwork(imported, parameters)
  tellPhase(context, 'writing')
  await context.breathe()
  const bytes = writeSafetensors(Object.entries(parameters), networkMetadata(imported))
  await writeFile(job.outputPath, bytes)
  context.send({
    type: 'result',
    result: {
      kind: 'import-network',
      architecture: network.architecture,
      classes: network.classes,
      description,
      format,
      sourceSha256: await sha256HexOfFile(job.sourcePath),
      sha256: sha256Hex(bytes),
      sizeBytes: bytes.length,
      evidence,
      notes: [...notes],
    },
  })
  return 'finished'
}
