import { readFileSync } from 'node:fs'

/** Ids of the processes that a command has started: its trainers. */
export function trainersOf(pid = 0): readonly number[] {
  try {
    const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
    return children
      .split(' ')
      .filter((id) => id !== '')
      .map(Number)
  } catch {
    return []
  }
}
