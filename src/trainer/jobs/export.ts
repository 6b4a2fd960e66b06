/** Turns a package back into the whole network and writes it in other forms. */
import { readFile, writeFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { networkOnnx } from '#engine/network/onnx-export.ts'
import { packagedGraph } from '#formats/network-graph.ts'
import { networkMetadata } from '#formats/network-metadata.ts'
import { writeNpz } from '#formats/npz/writer.ts'
import { writeSafetensors } from '#formats/safetensors/writer.ts'
import type { WeightFormat } from '#shared/package/export-formats.ts'
import type { HostTensors } from '#shared/tensors/host-tensor.ts'
import type { PackagedNetwork } from '#shared/package/package-description.ts'
import { assertNever } from '#shared/basics/result.ts'
import type { TrainerJob } from '#shared/protocol/trainer-protocol.ts'
import { tellPhase, type JobContext, type JobEnd } from '../process/job-context.ts'
import { openExecutor } from '../process/open-executor.ts'
import { assertReadsBack } from '../weights/read-back.ts'
import { networkOfPackage } from '../methods/packaged-network.ts'
import { sha256Hex } from '../sha256.ts'

type ExportJob = Extract<TrainerJob, { kind: 'export' }>

export async function exportNetwork(job: ExportJob, context: JobContext): Promise<JobEnd> {
  tellPhase(context, 'reading the package')
  const bytes = await readFile(job.packagePath)
  const { executor, device } = await openExecutor(context.executor)
  try {
    context.send({ type: 'started', device, totalSteps: 0, step: 0 })
    tellPhase(context, 'reconstructing the weights')
    const { network, tensors } = await networkOfPackage(executor, bytes, basename(job.packagePath))
    const outputs: { sizeBytes: number; sha256: string }[] = []
    for (const { format, path } of job.outputs) {
      tellPhase(context, `writing ${format}`, outputs.length, job.outputs.length)
      await context.breathe()
      const file = encode(format, basename(job.packagePath), network, tensors)
      await writeFile(path, file)
      await assertReadsBack(format, path, tensors)
      outputs.push({ sizeBytes: file.byteLength, sha256: sha256Hex(file) })
    }
    const values = Object.values(tensors).reduce((sum, { data }) => sum + data.length, 0)
    context.send({
      type: 'result',
      result: { kind: 'export', outputs, tensors: Object.keys(tensors).length, values },
    })
  } finally {
    executor.dispose()
  }
  return 'finished'
}

function encode(format: WeightFormat, packageName: string, network: PackagedNetwork, tensors: HostTensors): Uint8Array {
  switch (format) {
    case 'safetensors':
      return writeSafetensors(Object.entries(tensors), networkMetadata(network))
    case 'npz':
      return writeNpz(Object.entries(tensors))
    case 'onnx':
      return networkOnnx(packagedGraph({ name: packageName }, network), tensors, {
        'original.sha256': network.sha256,
      })
    default:
      return assertNever(format)
  }
}
