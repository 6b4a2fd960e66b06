/** Files that are being written: each has a name of its own beside the one it gets, which says what it will be and by whom. */
import { basename, dirname, join } from 'node:path'
import { isRunning } from '../basics/is-running.ts'

/**
 * Where this process writes a file before it gets its name.
 * @param label of letters and digits, where it may write several of that name at once
 */
export function unfinishedPath(path: string, label?: string): string {
  const writer = label === undefined ? String(process.pid) : `${process.pid}-${label}`
  return join(dirname(path), `.${basename(path)}.${writer}.part`)
}

/** Of the names in a folder those of files that are being written, or were when their process was killed. */
export function unfinishedNames(names: readonly string[]): readonly string[] {
  return names.filter((name) => read(name) !== undefined)
}

/** Those that were to be the file `path`, and whose process is no more. */
export function abandonedNames(names: readonly string[], path: string): readonly string[] {
  return names.filter((name) => {
    const found = read(name)
    return found?.target === basename(path) && !isRunning(found.pid)
  })
}

function read(name: string): { readonly target: string; readonly pid: number } | undefined {
  const [, target, pid] = /^\.(.+)\.(\d+)(?:-\w+)?\.part$/.exec(name) ?? []
  return target === undefined ? undefined : { target, pid: Number(pid) }
}
