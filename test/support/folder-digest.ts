import { createHash } from 'node:crypto'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What SQLite keeps beside a database for those that have it open. */
const bookkeeping = /\.sqlite-(shm|wal)$/

/** SHA-256 of every file below a folder by its path, without SQLite's bookkeeping; folders end in a slash. */
export function folderDigest(folder: string): Readonly<Record<string, string>> {
  if (!existsSync(folder)) return {}
  const found = readdirSync(folder, { recursive: true, withFileTypes: true })
  const entries = found
    .filter((entry) => !bookkeeping.test(entry.name) && !entry.isSocket())
    .map((entry): readonly [string, string] => {
      const path = join(entry.parentPath, entry.name)
      const relative = path.slice(folder.length + 1)
      if (entry.isDirectory()) return [`${relative}/`, 'folder']
      return [relative, createHash('sha256').update(readFileSync(path)).digest('hex')]
    })
  return Object.fromEntries(entries.sort(([left], [right]) => left.localeCompare(right)))
}
