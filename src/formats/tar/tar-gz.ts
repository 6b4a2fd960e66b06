/** Takes a few known files out of a .tar.gz while it streams by: names are compared, and everything has a limit. */
import { fileError, quoted, type NamedFile } from '../file-error.ts'
import { tarEntries, type TarBytes } from './entries.ts'
import { openInflated } from './inflated.ts'

const MAX_ENTRIES = 10_000

interface TarLimits {
  /** Largest size of a wanted file, by its name without folders; undefined for files that are not wanted. */
  readonly wantedBytes: (name: string) => number | undefined
  /** All of the archive after inflating. */
  readonly maxInflatedBytes: number
}

/** Wanted regular files by name without folders. Throws `AppException` with any of the `file-*` codes. */
export async function extractTarGz(path: string, file: NamedFile, limits: TarLimits): Promise<Map<string, Uint8Array>> {
  const inflated = openInflated(path, file, limits.maxInflatedBytes)
  try {
    return await readWanted(file, inflated.bytes, limits)
  } finally {
    inflated.close()
  }
}

async function readWanted(file: NamedFile, bytes: TarBytes, limits: TarLimits): Promise<Map<string, Uint8Array>> {
  const found = new Map<string, Uint8Array>()
  for await (const { name: path, size, isFile, at } of tarEntries(file, bytes, MAX_ENTRIES)) {
    const name = path.slice(path.lastIndexOf('/') + 1)
    const maxBytes = isFile ? limits.wantedBytes(name) : undefined
    if (maxBytes === undefined) continue
    if (size > maxBytes) {
      const problem = `${quoted(name)}: expected at most ${maxBytes} bytes, found ${size}`
      throw fileError(file, 'dataset-invalid', problem, at)
    }
    if (found.has(name)) throw fileError(file, 'file-corrupt', `expected ${quoted(name)} once, found it twice`, at)
    found.set(name, await bytes.take(size))
  }
  return found
}
