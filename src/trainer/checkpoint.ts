/**
 * A checkpoint: everything that changes results, as one safetensors file. Tensors are the executor's state; the
 * metadata holds the rest as JSON under `progress`.
 */
import { z } from 'zod'
import { readSafetensors } from '#formats/safetensors/reader.ts'
import { writeSafetensors } from '#formats/safetensors/writer.ts'
import { jsonOrNothing } from '#shared/basics/json-or-nothing.ts'
import { float32Tensor, type HostTensor, type HostTensors } from '#shared/tensors/host-tensor.ts'
import { AppException } from '#shared/basics/result.ts'

const version = '1'

/** Before the names of the best weights so far; the executor's state has its own names. */
export const bestPrefix = 'best/'

export interface Checkpoint<Progress> {
  readonly tensors: HostTensors
  readonly progress: Progress
}

export function writeCheckpoint<Progress>(checkpoint: Checkpoint<Progress>): Uint8Array {
  return writeSafetensors(Object.entries(checkpoint.tensors), {
    'nern-checkpoint': version,
    progress: JSON.stringify(checkpoint.progress),
  })
}

/** Throws `AppException` `file-corrupt` or `file-unsupported` when `bytes` are not a checkpoint of this kind of run. */
export function readCheckpoint<Progress>(bytes: Uint8Array, schema: z.ZodType<Progress>): Checkpoint<Progress> {
  const file = readSafetensors(bytes, 'checkpoint')
  if (!file.ok) throw new AppException(file.error)
  const { tensors, metadata } = file.value
  const entries = new Map(Object.entries(metadata))
  if (entries.get('nern-checkpoint') !== version) {
    throw new AppException({
      code: 'file-unsupported',
      message: 'The checkpoint was written by another version of the studio.',
      remedy: 'Start the run again.',
    })
  }
  const progress = schema.safeParse(jsonOrNothing(entries.get('progress') ?? ''))
  if (!progress.success) {
    throw new AppException({
      code: 'file-corrupt',
      message: `The checkpoint does not describe its run: ${z.prettifyError(progress.error)}`,
      remedy: 'The studio goes on from the checkpoint before it.',
    })
  }
  const read: [string, HostTensor][] = [...tensors].map(([name, tensor]) => [
    name,
    float32Tensor(tensor.shape, tensor.toFloat32()),
  ])
  return { tensors: Object.fromEntries(read), progress: progress.data }
}

const word = z.int().min(0).max(0xffff_ffff)
export const randomStateSchema = z.object({ words: z.tuple([word, word, word, word]) })
/** Of a `BatchSource`. */
export const batchSourceStateSchema = z.strictObject({
  orderAtEpochStart: randomStateSchema,
  augmentation: randomStateSchema,
  position: z.int(),
})
