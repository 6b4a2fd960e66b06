/** A backup's name says which it is in the order they were made, and when; colons are not allowed in names on Windows. */
const pattern = /^studio-(?:(\d{8})-)?(\d{4}-\d{2}-\d{2})T(\d{2})-(\d{2})-(\d{2})-(\d{3})Z\.sqlite$/

export interface BackupFile {
  readonly name: string
  /** From 1, in the order they were made, whatever the clock said; 0 for those of earlier studios, which did not count. */
  readonly counter: number
  /** ISO 8601 in UTC. */
  readonly createdAt: string
}

export function backupName(counter: number, createdAt: string): string {
  return `studio-${String(counter).padStart(8, '0')}-${createdAt.replaceAll(/[:.]/g, '-')}.sqlite`
}

export function isBackupName(name: string): boolean {
  return pattern.test(name)
}

/** Undefined for a file that is none of ours. */
export function parseBackupName(name: string): BackupFile | undefined {
  const match = pattern.exec(name)
  if (match === null) return undefined
  const [, counter = '0', day, hour, minute, second, millisecond] = match
  return { name, counter: Number(counter), createdAt: `${day}T${hour}:${minute}:${second}.${millisecond}Z` }
}

/** The last one made first. The clock decides only among those that have no number. */
export function newestFirst(backups: readonly BackupFile[]): readonly BackupFile[] {
  return [...backups].sort((a, b) => b.counter - a.counter || b.createdAt.localeCompare(a.createdAt))
}
