import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

export interface FoundFile {
  readonly path: string
  readonly sizeBytes: number
  /** Milliseconds since 1970. */
  readonly changedAt: number
}

/** Every file below a folder; none where there is no such folder. What goes meanwhile is left out. */
export async function filesBelow(folder: string): Promise<readonly FoundFile[]> {
  const entries = await readdir(folder, { withFileTypes: true, recursive: true }).catch(() => [])
  const found = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry): Promise<readonly FoundFile[]> => {
        const path = join(entry.parentPath, entry.name)
        const facts = await stat(path).catch(() => undefined)
        return facts === undefined ? [] : [{ path, sizeBytes: facts.size, changedAt: facts.mtimeMs }]
      }),
  )
  return found.flat()
}
