/** NumPy's .npz: a zip archive with one entry NAME.npy an array, as `np.savez` and `np.savez_compressed` write it. */
import type { ByteSource } from '../byte-source.ts'
import { fileError, quoted, type NamedFile } from '../file-error.ts'
import { bytesOfDtype, countElements, fileTensor, type FileTensor } from '../file-tensor.ts'
import { rowMajor } from '../strided.ts'
import type { ZipArchive } from '../zip/zip.ts'
import { parseNpyHeader } from './npy-header.ts'

const ending = '.npy'
/** Weights hardly compress; zeros of a pruned network do, but not beyond this. */
const mostInflation = 100
/** An archive that unpacks to no more than this is never a bomb. */
const harmlessBytes = 256 * 2 ** 20

/** Whether an archive is NumPy's: it holds arrays and no pickle of PyTorch. */
export function isNpz({ entries }: ZipArchive): boolean {
  const names = [...entries.keys()]
  return names.some((name) => name.endsWith(ending)) && !names.some((name) => name.endsWith('/data.pkl'))
}

/**
 * Arrays by name, in the order of the archive, row-major whatever their order in the file. Throws `AppException`:
 * `file-truncated`, `file-corrupt`, `file-unsupported` (element types, big-endian, foreign entries), `file-unsafe`
 * (pickled objects, an archive that unpacks to more than 100 times its size).
 */
export async function readNpz(source: ByteSource, archive: ZipArchive): Promise<ReadonlyMap<string, FileTensor>> {
  assertHarmless(source, archive)
  const tensors = new Map<string, FileTensor>()
  for (const entry of archive.entries.values()) {
    if (!entry.name.endsWith(ending)) {
      const problem = `expected arrays NAME${ending} only, found entry ${quoted(entry.name)}`
      throw fileError(source, 'file-unsupported', problem, `entry ${quoted(entry.name)}`)
    }
    const file = { name: `${source.name}, ${quoted(entry.name)}` }
    tensors.set(entry.name.slice(0, -ending.length), parseNpy(file, await archive.read(entry)))
  }
  return tensors
}

function assertHarmless(source: ByteSource, { entries }: ZipArchive): void {
  const total = [...entries.values()].reduce((sum, { contentBytes }) => sum + contentBytes, 0)
  if (total <= Math.max(harmlessBytes, mostInflation * source.size)) return
  const problem = `expected arrays of at most ${mostInflation} times its ${source.size} bytes, found ${total} announced`
  throw fileError(source, 'file-unsafe', problem, 'zip directory')
}

function parseNpy(file: NamedFile, bytes: Uint8Array): FileTensor {
  const { dtype, shape, isFortranOrder, dataBegin } = parseNpyHeader(file, bytes)
  const size = bytesOfDtype[dtype]
  const expected = dataBegin + (countElements(shape) ?? Infinity) * size
  if (bytes.byteLength !== expected) {
    const problem = `expected ${expected} bytes for ${dtype} of shape [${shape.join(', ')}], found ${bytes.byteLength}`
    const isShort = bytes.byteLength < expected
    throw fileError(file, isShort ? 'file-truncated' : 'file-corrupt', problem, `byte ${dataBegin}`)
  }
  const strides = isFortranOrder ? fortranStrides(shape) : rowMajorStrides(shape)
  const data = rowMajor({ shape, strides, bytesPerElement: size, start: dataBegin }, bytes)
  return fileTensor(shape, dtype, data)
}

/** The first axis is the fastest. */
function fortranStrides(shape: readonly number[]): readonly number[] {
  let stride = 1
  return shape.map((extent) => {
    const own = stride
    stride *= extent
    return own
  })
}

function rowMajorStrides(shape: readonly number[]): readonly number[] {
  return fortranStrides(shape.toReversed()).toReversed()
}
