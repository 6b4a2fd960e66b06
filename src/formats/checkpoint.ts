import { assertNever, ok, type Result } from '#shared/result.ts'
import { openFileSource, type ByteSource } from './byte-source.ts'
import { asResult, fileFailure } from './file-error.ts'
import type { FileTensor } from './file-tensor.ts'
import { isNpz, readNpz } from './npz/reader.ts'
import { readLegacyPickle } from './pytorch/legacy.ts'
import { readZipCheckpoint } from './pytorch/zip-checkpoint.ts'
import { readSafetensors } from './safetensors/reader.ts'
import { openZip } from './zip/zip.ts'

export type CheckpointFormat = 'safetensors' | 'pytorch-zip' | 'pytorch-legacy' | 'npz'

/** The tensors of a trained network, under the names its file gives them (`module.` prefixes included). */
export interface StateDict {
  readonly format: CheckpointFormat
  readonly tensors: ReadonlyMap<string, FileTensor>
  /** Metadata of a safetensors header; empty for other files. */
  readonly metadata: Readonly<Record<string, string>>
}

/** A checkpoint is read into memory; VGG-16, the largest network of the zoo, takes 0.6 GB. */
const MAX_CHECKPOINT_BYTES = 4 * 2 ** 30
const PROBE_BYTES = 16

/**
 * Reads a checkpoint, recognised by its content and never by its name: safetensors, NumPy's .npz, or
 * torch.save of a state dict (zip or legacy), plain or under 'state_dict'. Errors: `not-found`, `file-unreadable`, `file-truncated`,
 * `file-corrupt`, `file-unsupported`, `file-unsafe`, each with file, byte or tensor, expectation and remedy.
 */
export async function readCheckpoint(file: string | ByteSource): Promise<Result<StateDict>> {
  if (typeof file !== 'string') return asResult(() => readSource(file))
  const opened = await openFileSource(file)
  if (!opened.ok) return opened
  const source = opened.value
  try {
    return await asResult(() => readSource(source))
  } finally {
    await source.close()
  }
}

async function readSource(source: ByteSource): Promise<Result<StateDict>> {
  if (source.size === 0) {
    return fileFailure(source, 'file-truncated', 'expected a checkpoint, found an empty file', 'byte 0')
  }
  if (source.size > MAX_CHECKPOINT_BYTES) {
    const problem = `expected a checkpoint of at most ${MAX_CHECKPOINT_BYTES} bytes, found ${source.size}`
    return fileFailure(source, 'file-unsupported', problem, 'byte 0')
  }
  const format = recognise(await source.read(0, Math.min(PROBE_BYTES, source.size)))
  switch (format) {
    case 'safetensors': {
      const content = readSafetensors(await source.read(0, source.size), source.name)
      if (!content.ok) return content
      if (content.value.tensors.size === 0) {
        return fileFailure(source, 'file-unsupported', 'expected tensors, found a file without any', 'header')
      }
      return ok({ format, ...content.value })
    }
    case 'zip': {
      const archive = await openZip(source)
      return isNpz(archive)
        ? ok({ format: 'npz', tensors: await readNpz(source, archive), metadata: {} })
        : ok({ format: 'pytorch-zip', tensors: await readZipCheckpoint(source, archive), metadata: {} })
    }
    case 'pytorch-legacy':
      return ok({ format, tensors: await readLegacyPickle(source), metadata: {} })
    case undefined: {
      const problem = 'expected a checkpoint (safetensors, torch.save or npz), found another kind of file'
      return fileFailure(source, 'file-unsupported', problem, 'byte 0')
    }
    default:
      return assertNever(format)
  }
}

/** A zip archive is PyTorch's or NumPy's, by its entries. */
function recognise(probe: Uint8Array): 'safetensors' | 'zip' | 'pytorch-legacy' | undefined {
  const [first, second, third, fourth] = probe
  if (first === 0x50 && second === 0x4b && third === 0x03 && fourth === 0x04) return 'zip'
  // PROTO of a binary pickle; any further check is the interpreter's.
  if (first === 0x80 && second !== undefined && second >= 2 && second <= 5) return 'pytorch-legacy'
  // A safetensors header starts with an opening brace after its 8 bytes of length.
  if (probe[8] === 0x7b) return 'safetensors'
  return undefined
}
