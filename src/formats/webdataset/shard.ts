/** One shard, plain or gzipped: its samples, and the bytes of an image of it. */
import { withFileSource, type FileSource } from '../byte-source.ts'
import { hasTarChecksum, tarEntries, type TarBytes } from '../tar/entries.ts'
import type { ForwardReader } from '../tar/forward-reader.ts'
import { isGzip, openInflated } from '../tar/inflated.ts'
import { SeekingBytes } from '../tar/seeking-bytes.ts'
import { readSamples, type ShardSample } from './samples.ts'

/** Images are compressed already: what grows more than this, headers of tiny images included, holds something else. */
const MAX_GROWTH = 32
const MIN_BYTES_TO_GROW = 64 * 2 ** 20
const HEADER_BYTES = 512

export interface Shard {
  readonly samples: readonly ShardSample[]
  /** The bytes of one image. Throws `AppException` with any of the `file-*` codes and `not-found`. */
  read(sample: ShardSample): Promise<Uint8Array>
}

/**
 * Reads the names and labels of a shard.
 * @param forward for all gzipped shards of a set, of which one at a time is open
 * Throws as `readSamples`, and `not-found`, `file-unreadable`.
 */
export function openShard(path: string, forward: ForwardReader): Promise<Shard> {
  return withFileSource(path, async (file): Promise<Shard> => {
    const samples = await withArchive(path, file, (bytes) => readSamples(file, bytes))
    const last = samples.at(-1)
    const { name } = file
    const maxInflatedBytes = maxInflated(file)
    const isGzipped = await isGzip(file)
    return {
      samples,
      read: (sample) =>
        isGzipped
          ? forward.read({ path, name, maxInflatedBytes }, sample.offset, sample.size, sample === last)
          : withFileSource(path, (again) => again.read(sample.offset, sample.size)),
    }
  })
}

/** Whether a file begins as a tar archive, plain or gzipped. Throws `file-unreadable`. */
export function isTar(path: string, file: FileSource): Promise<boolean> {
  // Whatever cannot be inflated is no archive.
  return withArchive(path, file, (bytes) => bytes.take(HEADER_BYTES)).then(hasTarChecksum, () => false)
}

/** Whether one of the first `count` files has such a name (with folders). Throws as `tarEntries`. */
export function someName(path: string, file: FileSource, count: number, isWanted: (name: string) => boolean) {
  return withArchive(path, file, async (bytes) => {
    let seen = 0
    for await (const { name, isFile } of tarEntries(file, bytes, Infinity)) {
      if (isFile && isWanted(name)) return true
      seen += Number(isFile)
      if (seen === count) return false
    }
    return false
  })
}

async function withArchive<T>(path: string, file: FileSource, use: (bytes: TarBytes) => Promise<T>): Promise<T> {
  if (!(await isGzip(file))) return use(new SeekingBytes(file))
  const inflated = openInflated(path, file, maxInflated(file))
  try {
    return await use(inflated.bytes)
  } finally {
    inflated.close()
  }
}

function maxInflated({ size }: FileSource): number {
  return Math.max(MIN_BYTES_TO_GROW, size * MAX_GROWTH)
}
