import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'

/**
 * What tells a process from all others that have, or will get, its number: when it started, and since which start of the
 * machine that counts. Undefined where there is no such process, or the system does not tell.
 */
export function processIdentity(pid: number): string | undefined {
  try {
    if (process.platform === 'linux') {
      const bootId = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      // Fields are counted behind the name, which may hold blanks and brackets; the 22nd of all is the start.
      const startTicks = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
      return `${bootId} ${startTicks}`
    }
    if (process.platform !== 'darwin') return undefined
    const started = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim()
    return started === '' ? undefined : started
  } catch {
    // Gone, or hidden from this user.
    return undefined
  }
}
