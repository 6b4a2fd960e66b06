import { readdirSync, readFileSync, readlinkSync } from 'node:fs'
import { join } from 'node:path'

/** Processes of the app, by what they are for; the trainer's are as many as there are runs. */
export const watchedProcesses = ['main', 'window', 'graphics', 'network', 'trainer'] as const
export type WatchedProcess = (typeof watchedProcesses)[number]

/** What a process holds. */
export interface Holding {
  /** That belong to it alone, without the libraries that it shares with others. */
  readonly memoryBytes: number
  /** Open files, pipes and sockets. */
  readonly handles: number
}

/** What there is after an experiment. */
export interface Sample {
  /** Number of the call of the command, from 1: each starts the app anew. */
  readonly call: number
  readonly seconds: number
  readonly storeBytes: number
  /** A trainer's are the most that it had. */
  readonly held: Readonly<Record<WatchedProcess, Holding>>
}

export const nothingHeld: Holding = { memoryBytes: 0, handles: 0 }

/** Nothing of a process that has gone meanwhile. */
export function holdingOf(pid: number | undefined): Holding {
  if (pid === undefined) return nothingHeld
  try {
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
    const kilobytes = [...rollup.matchAll(/^Private_\w+:\s+(\d+) kB$/gm)].map(([, size]) => Number(size))
    const memoryBytes = 1024 * kilobytes.reduce((sum, size) => sum + size, 0)
    return { memoryBytes, handles: handlesOf(pid) }
  } catch {
    return nothingHeld
  }
}

/**
 * Without those that lead nowhere: Electron before 35 leaves one of /dev/null open for every utility process
 * (https://github.com/electron/electron/issues/47515).
 */
function handlesOf(pid: number): number {
  const folder = `/proc/${pid}/fd`
  return readdirSync(folder).filter((name) => targetOf(join(folder, name)) !== '/dev/null').length
}

function targetOf(link: string): string | undefined {
  try {
    return readlinkSync(link)
  } catch {
    // Closed meanwhile.
    return undefined
  }
}

export function mostOf(a: Holding, b: Holding): Holding {
  return { memoryBytes: Math.max(a.memoryBytes, b.memoryBytes), handles: Math.max(a.handles, b.handles) }
}
