import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs'
import { dirname } from 'node:path'

export type LogLevel = 'info' | 'warning' | 'error'
/** One line of the studio's own log. */
export type Log = (level: LogLevel, text: string) => void

const MAX_LOG_BYTES = 5_000_000

/**
 * A log that appends to a file; at 5 MB it starts anew and keeps the old one beside it as `.old`. Each line is written
 * at once: the last line before a crash is the one that matters.
 */
export function createFileLog(path: string, now: () => number = Date.now): Log {
  mkdirSync(dirname(path), { recursive: true })
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0
  if (size > MAX_LOG_BYTES) renameSync(path, `${path}.old`)
  return (level, text) => {
    const line = text.replaceAll(/\s*\n\s*/g, ' | ')
    appendFileSync(path, `${new Date(now()).toISOString()} ${process.pid} ${level} ${line}\n`)
  }
}
