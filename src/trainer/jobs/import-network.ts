/** Reads a checkpoint file, matches it to an architecture and writes it in the studio's own form. */
import { readFile, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { readCheckpoint } from '#formats/checkpoint.ts'
import { isBaselinePackage } from '#formats/baseline-package/reader.ts'
import { isPackage } from '#formats/nern-package/reader.ts'
import { namedPreprocessing, networkMetadata } from '#formats/network-metadata.ts'
import { writeSafetensors } from '#formats/safetensors/writer.ts'
import { architectures } from '#networks/architectures.ts'
import { matchArchitecture } from '#networks/matching.ts'
import { completePreprocessing } from '#networks/preprocessing.ts'
import { AppException, type Result } from '#shared/result.ts'
import { float32Tensor } from '#shared/host-tensor.ts'
import type { TrainerJob } from '#shared/trainer-protocol.ts'
import type { JobContext, JobEnd } from '../job-context.ts'
import { sha256Hex } from '../sha256.ts'

type ImportNetworkJob = Extract<TrainerJob, { kind: 'import-network' }>

export async function importNetwork(job: ImportNetworkJob, context: JobContext): Promise<JobEnd> {
  context.send({ type: 'phase', phase: 'reading', done: 0, total: 0 })
  const source = await readFile(job.sourcePath)
  const file = unwrap(await readCheckpoint(job.sourcePath))
  if (isPackage(file.metadata) || isBaselinePackage(file.metadata)) {
    throw new AppException({
      code: 'file-unsupported',
      message: `${basename(job.sourcePath)} is a compressed package, not a checkpoint.`,
      where: job.sourcePath,
      remedy: 'Turn it into weights first (studio reconstruct FILE --out W.safetensors), then import those.',
    })
  }
  const candidates =
    job.architecture === undefined ? architectures : architectures.filter(({ id }) => id === job.architecture)
  if (candidates.length === 0) {
    throw new AppException({
      code: 'invalid-argument',
      message: `There is no architecture ${job.architecture ?? ''}.`,
      remedy: `Use one of ${architectures.map(({ id }) => id).join(', ')}.`,
    })
  }
  const shapes = [...file.tensors].map(([name, { shape }]) => ({ name, shape }))
  const { network, rename } = unwrap(matchArchitecture(shapes, candidates))
  const sources = new Map([...rename].map(([fileName, parameter]) => [parameter, fileName]))
  const tensors = network.parameters.map(({ name, shape }) => {
    const tensor = file.tensors.get(sources.get(name) ?? name)
    if (tensor === undefined) throw new AppException({ code: 'internal', message: `The match lost ${name}.` })
    const data = tensor.toFloat32()
    const index = data.findIndex((value) => !Number.isFinite(value))
    if (index >= 0) {
      throw new AppException({
        code: 'file-corrupt',
        message: `The tensor ${name} holds ${String(data[index])}, expected finite weights.`,
        where: `${job.sourcePath}, tensor ${name}, element ${index}`,
        remedy: 'Export the network again; its training may have diverged.',
      })
    }
    return [name, float32Tensor(shape, data)] as const
  })
  const { mean, standardDeviation } = job.preprocessing
  const isNamedByUser = mean !== undefined && standardDeviation !== undefined
  const named = isNamedByUser ? undefined : namedPreprocessing({ name: basename(job.sourcePath) }, file.metadata)
  const preprocessing = completePreprocessing(network, job.preprocessing, named)
  const bytes = writeSafetensors(tensors, networkMetadata({ ...network, preprocessing }))
  await writeFile(job.outputPath, bytes)
  context.send({
    type: 'result',
    result: {
      kind: 'import-network',
      architecture: network.architecture,
      title: network.title,
      classes: network.classes,
      format: file.format,
      sourceSha256: sha256Hex(source),
      sha256: sha256Hex(bytes),
      sizeBytes: bytes.length,
      evidence: `${network.parameters.length} tensors match ${network.title} by name and shape`,
    },
  })
  return 'finished'
}

function unwrap<T>(result: Result<T>): T {
  if (result.ok) return result.value
  throw new AppException(result.error)
}
