const KEPT_OF_TODAY = 3
const KEPT_IN_ALL = 10

export interface BackupFile {
  readonly name: string
  /** ISO 8601 in UTC. */
  readonly createdAt: string
}

/** The backups that may go: all but the newest 3 of today and the newest of each older day, 10 in all. */
export function expiredBackups(backups: readonly BackupFile[], now: string): readonly BackupFile[] {
  const today = now.slice(0, 10)
  const newestFirst = [...backups].sort((a, b) => b.createdAt.localeCompare(a.createdAt))
  const keptPerDay = new Map<string, number>()
  let kept = 0
  return newestFirst.filter(({ createdAt }) => {
    const day = createdAt.slice(0, 10)
    const ofDay = keptPerDay.get(day) ?? 0
    const isKept = kept < KEPT_IN_ALL && ofDay < (day === today ? KEPT_OF_TODAY : 1)
    if (!isKept) return true
    keptPerDay.set(day, ofDay + 1)
    kept++
    return false
  })
}
