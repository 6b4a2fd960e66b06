import { readdirSync, readFileSync } from 'node:fs'
import type { OpenStudio } from '../../e2e/launch.ts'

/** Processes of a studio, by their ids. */
export interface StudioProcesses {
  readonly main: number
  readonly window: number
}

export async function processesOf({ app, process }: OpenStudio): Promise<StudioProcesses> {
  const window = await app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId(),
  )
  return { main: process.pid ?? 0, window: window ?? 0 }
}

/** Milliseconds of processor time of all threads that a process has now. Linux alone counts them so finely. */
export function processorMs(pid: number): number {
  const folder = `/proc/${pid}/task`
  const nanoseconds = readdirSync(folder).map((thread) => {
    try {
      return Number(readFileSync(`${folder}/${thread}/schedstat`, 'utf8').split(' ')[0])
    } catch {
      // A thread that ended meanwhile.
      return 0
    }
  })
  return nanoseconds.reduce((sum, time) => sum + time, 0) / 1e6
}

/** Megabytes that belong to a process alone, without the libraries that it shares with others. */
export function ownMegabytes(pid: number): number {
  const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8')
  const sizes = [...rollup.matchAll(/^Private_\w+:\s+(\d+) kB$/gm)].map(([, size]) => Number(size))
  return (sizes.reduce((sum, size) => sum + size, 0) * 1024) / 1e6
}
