import { assertNever, ok, unwrap, type Result } from '#shared/basics/result.ts'
import { withFileSource, type ByteSource } from '../byte-source.ts'
import type { StateDictChoice } from '#shared/protocol/trainer-protocol.ts'
import { chooseStateDict, stateDictChoices } from './choose-state-dict.ts'
import { asResult, fileError } from '../file-error.ts'
import type { FileTensor } from '../file-tensor.ts'
import { isStudioFile } from '../network-metadata.ts'
import { isNpz, readNpz } from '../npz/reader.ts'
import { otherArchiveError, otherKindError } from './other-kinds.ts'
import { readLegacyPickle } from '../pytorch/legacy.ts'
import { readPytorchZip } from '../pytorch/zip.ts'
import { readSafetensors } from '../safetensors/reader.ts'
import { loadCandidate } from './state-dict-candidates.ts'
import { dictInMemory, topLevelKey, type TensorDicts } from '../tensor-dict.ts'
import { openZip } from '../zip/zip.ts'

export type WeightsFileFormat = 'safetensors' | 'pytorch-zip' | 'pytorch-legacy' | 'npz'

/** The tensors of a trained network, under the names its file gives them (`module.` prefixes included). */
export interface StateDict {
  readonly format: WeightsFileFormat
  readonly tensors: ReadonlyMap<string, FileTensor>
  /** Metadata of a safetensors header; empty for other files. */
  readonly metadata: Readonly<Record<string, string>>
  /** The keys that led to it, joined by dots; `.` for the file itself. */
  readonly key: string
  /** What another `key` could have named, this one among them. */
  readonly choices: readonly StateDictChoice[]
  /** What was taken of the file and what was done to its numbers, a sentence each. */
  readonly notes: readonly string[]
}

export interface WeightsFileOptions {
  /** Which of the state dicts, as `listStateDicts` names them. Left out: the only one, or the only known network. */
  readonly key?: string | undefined
}

/** A weights file is read into memory; VGG-16, the largest network of the zoo, takes 0.6 GB. */
const MAX_WEIGHTS_FILE_BYTES = 4 * 2 ** 30
const PROBE_BYTES = 16

/**
 * Reads a weights file, recognised by its content and never by its name: safetensors, NumPy's .npz, or
 * torch.save of a state dict (zip or legacy), wherever in the file it lies. Errors: `not-found` (file or key),
 * `file-unreadable`, `file-truncated`, `file-corrupt`, `file-unsupported`, `file-unsafe`, and `weights-file-ambiguous` for
 * several networks without a key, each with file, byte or tensor, expectation and remedy.
 */
export function readWeightsFile(
  file: string | ByteSource,
  { key }: WeightsFileOptions = {},
): Promise<Result<StateDict>> {
  return withContent(file, async (source, content) => {
    const { format, metadata } = content
    const isOwn = isStudioFile(metadata)
    // What the studio wrote is complete under its own names.
    const [own] = isOwn ? content.dicts : []
    if (own !== undefined && (key === undefined || key === topLevelKey)) {
      const { tensors } = await own.load([...own.shapes.keys()])
      const choices = [{ key: topLevelKey, tensors: tensors.size, isKnown: true }]
      return ok({ format, metadata, tensors, key: topLevelKey, choices, notes: [] })
    }
    const { candidate, choices, notes } = chooseStateDict(source, content, key)
    const loaded = await loadCandidate(candidate)
    return ok({
      format,
      metadata,
      tensors: loaded.tensors,
      key: candidate.key,
      choices,
      notes: [...notes, ...loaded.notes],
    })
  })
}

/** The state dicts of a weights file that `key` of `readWeightsFile` may name; no weights are read. Errors as there. */
export function listStateDicts(file: string | ByteSource): Promise<Result<readonly StateDictChoice[]>> {
  return withContent(file, (_, content) => Promise.resolve(ok(stateDictChoices(content))))
}

interface Content extends TensorDicts {
  readonly format: WeightsFileFormat
  readonly metadata: Readonly<Record<string, string>>
}

function withContent<T>(
  file: string | ByteSource,
  use: (source: ByteSource, content: Content) => Promise<Result<T>>,
): Promise<Result<T>> {
  const read = async (source: ByteSource) => use(source, await contentOf(source))
  return asResult(() => (typeof file === 'string' ? withFileSource(file, read) : read(file)))
}

async function contentOf(source: ByteSource): Promise<Content> {
  if (source.size === 0) {
    throw fileError(source, 'file-truncated', 'expected a weights file, found an empty file', 'byte 0')
  }
  if (source.size > MAX_WEIGHTS_FILE_BYTES) {
    const problem = `expected a weights file of at most ${MAX_WEIGHTS_FILE_BYTES} bytes, found ${source.size}`
    throw fileError(source, 'file-unsupported', problem, 'byte 0')
  }
  const format = recognise(await source.read(0, Math.min(PROBE_BYTES, source.size)))
  switch (format) {
    case 'safetensors': {
      const { tensors, metadata } = unwrap(readSafetensors(await source.read(0, source.size), source.name))
      if (tensors.size === 0) {
        throw fileError(source, 'file-unsupported', 'expected tensors, found a file without any', 'header')
      }
      return { format, metadata, dicts: [dictInMemory(tensors)], foreign: [] }
    }
    case 'zip': {
      const archive = await openZip(source)
      const other = otherArchiveError(source, archive)
      if (other !== undefined) throw other
      if (!isNpz(archive)) return { format: 'pytorch-zip', metadata: {}, ...(await readPytorchZip(source, archive)) }
      const dicts = [dictInMemory(await readNpz(source, archive))]
      return { format: 'npz', metadata: {}, dicts, foreign: [] }
    }
    case 'pytorch-legacy':
      return { format, metadata: {}, ...(await readLegacyPickle(source)) }
    case undefined:
      throw await otherKindError(source)
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
