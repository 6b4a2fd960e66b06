import { readdirSync, readFileSync } from 'node:fs'

/** Processes of this program that another one has started, on Linux. */
export function childProcesses(parent: number, program: string): readonly number[] {
  return readdirSync('/proc').flatMap((name) => {
    try {
      const [, command, of] = /^\d+ \((.*)\) \S+ (\d+) /.exec(readFileSync(`/proc/${name}/stat`, 'utf8')) ?? []
      return command === program && Number(of) === parent ? [Number(name)] : []
    } catch {
      return [] // It ended meanwhile, or is no process.
    }
  })
}
