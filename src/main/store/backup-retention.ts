import { newestFirst, type BackupFile } from './backup-names.ts'

const KEPT_NEWEST = 3
const KEPT_IN_ALL = 10

/** The backups that may go: all but the newest 3 and the newest of each day, 10 in all. */
export function expiredBackups(backups: readonly BackupFile[]): readonly BackupFile[] {
  const days = new Set<string>()
  let kept = 0
  return newestFirst(backups).filter(({ createdAt }) => {
    const day = createdAt.slice(0, 10)
    const isKept = kept < KEPT_IN_ALL && (kept < KEPT_NEWEST || !days.has(day))
    if (!isKept) return true
    days.add(day)
    kept++
    return false
  })
}
