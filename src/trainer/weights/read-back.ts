/** Reads what an export has written with the readers of an import, and compares every tensor to the bit. */
import { basename } from 'node:path'
import { readFile } from 'node:fs/promises'
import { readWeightsFile } from '#formats/weights-file/reader.ts'
import type { FileTensor } from '#formats/file-tensor.ts'
import { parseModel } from '#formats/onnx/model.ts'
import type { WeightFormat } from '#shared/package/export-formats.ts'
import type { HostTensor, HostTensors } from '#shared/tensors/host-tensor.ts'
import { AppException, unwrap } from '#shared/basics/result.ts'

/**
 * Throws `AppException` `file-corrupt` naming the first tensor that is missing or differs, and what a reader says of a file that it
 * cannot read: a disk or a writer has failed then, and the file must not be kept.
 */
export async function assertReadsBack(format: WeightFormat, path: string, written: HostTensors): Promise<void> {
  const found = await tensorsOf(format, path)
  for (const [name, tensor] of Object.entries(written)) {
    if (isSame(tensor, found.get(name))) continue
    throw new AppException({
      code: 'file-corrupt',
      message: `${basename(path)} does not read back as it was written: tensor ${name} is missing or has other values.`,
      where: name,
      remedy: 'Try the export again; if it fails again, choose another disk.',
    })
  }
}

async function tensorsOf(format: WeightFormat, path: string): Promise<ReadonlyMap<string, FileTensor>> {
  if (format !== 'onnx') return unwrap(await readWeightsFile(path)).tensors
  const bytes = await readFile(path)
  return parseModel({ name: basename(path) }, bytes).initializers
}

function isSame({ shape, data }: HostTensor, found: FileTensor | undefined): boolean {
  if (found === undefined || found.shape.join() !== shape.join()) return false
  const bytes = Buffer.from(data.buffer, data.byteOffset, data.byteLength)
  return bytes.equals(found.bytes)
}
