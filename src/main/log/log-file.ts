import { appendFileSync, statSync } from 'node:fs'
import { appendFile, mkdir, rename, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { toAppError } from '#shared/basics/result.ts'
import type { Log, LogLevel, LogScope } from './log.ts'

export interface LogFileOptions {
  /** Milliseconds since 1970. */
  readonly now?: () => number
  /** Size at which a file is full: it becomes `PATH.old`, in place of the one before, so that two are kept at most. */
  readonly maxBytes?: number
  /** Characters that may wait for a slow disk; of more the oldest lines are left out, and counted. */
  readonly maxWaiting?: number
  /** Told once when lines cannot be written, and again only after some could be. */
  readonly onProblem?: (text: string) => void
}

interface Batch {
  readonly bytes: Buffer
  /** Size of the file before it; undefined while nothing of it can have been written. */
  start: number | undefined
}

/**
 * The studio's own log on disk: `TIME PROCESS LEVEL SCOPE TEXT`, a line each. Lines are appended in the order they came,
 * behind the caller's back, all that wait in one write; what waits when the process exits is written then, at once.
 */
export class LogFile {
  readonly log: Log
  readonly #path: string
  readonly #options: Required<LogFileOptions>
  #waiting: string[] = []
  #waitingLength = 0
  /** What is being written. */
  #batch: Batch | undefined
  /** Lines that no file has; the next write says so. */
  #lost = 0
  #isFailing = false
  #isDraining = false
  #drained: Promise<void> = Promise.resolve()
  readonly #onExit = () => this.#flushAtExit()

  constructor(path: string, options: LogFileOptions = {}) {
    this.#path = path
    this.#options = { now: Date.now, maxBytes: 5_000_000, maxWaiting: 1_000_000, onProblem: tellTerminal, ...options }
    this.log = (scope, level, text) => this.#add(scope, level, text)
    process.on('exit', this.#onExit)
  }

  /** Resolves when every line so far is on disk, or lost; never rejects. */
  flush(): Promise<void> {
    return this.#drained
  }

  /** Flushes; lines that come later are still written, but no longer when the process exits. */
  async close(): Promise<void> {
    await this.flush()
    process.off('exit', this.#onExit)
  }

  #add(scope: LogScope, level: LogLevel, text: string): void {
    const line = this.#lineOf(scope, level, text)
    this.#waiting.push(line)
    this.#waitingLength += line.length
    while (this.#waitingLength > this.#options.maxWaiting) this.#loseOldest()
    if (this.#isDraining) return
    this.#isDraining = true
    // Behind the caller, so that what it says in one go is one write.
    this.#drained = Promise.resolve().then(() => this.#drain())
  }

  #loseOldest(): void {
    this.#waitingLength -= this.#waiting.shift()?.length ?? this.#waitingLength
    this.#lost++
  }

  #lineOf(scope: LogScope, level: LogLevel, text: string): string {
    const time = new Date(this.#options.now()).toISOString()
    return `${time} ${process.pid} ${level} ${scope} ${text.replaceAll(/\s*\n\s*/g, ' | ')}\n`
  }

  async #drain(): Promise<void> {
    while (this.#waiting.length > 0) {
      const lost = this.#lost
      const lines = this.#waiting
      this.#batch = { bytes: Buffer.from(this.#takeText()), start: undefined }
      try {
        await this.#append(this.#batch)
        this.#lost -= lost
        this.#isFailing = false
      } catch (cause) {
        this.#lost += lines.length
        if (!this.#isFailing) this.#options.onProblem(problemText(this.#path, cause))
        this.#isFailing = true
      }
      this.#batch = undefined
    }
    this.#isDraining = false
  }

  /** All lines that wait, behind one that says what is missing before them. */
  #takeText(): string {
    const text = this.#waiting.join('')
    this.#waiting = []
    this.#waitingLength = 0
    if (this.#lost === 0) return text
    return this.#lineOf('main', 'warning', `${this.#lost} lines before this one could not be written.`) + text
  }

  async #append(batch: Batch): Promise<void> {
    await mkdir(dirname(this.#path), { recursive: true })
    const size = (await stat(this.#path).catch(() => undefined))?.size ?? 0
    const isFull = size > 0 && size + batch.bytes.byteLength > this.#options.maxBytes
    if (isFull) await rename(this.#path, `${this.#path}.old`)
    batch.start = isFull ? 0 : size
    await appendFile(this.#path, batch.bytes)
  }

  /** Nothing asynchronous happens any more; a write that was under way may be done, begun, or not. */
  #flushAtExit(): void {
    try {
      const rest = Buffer.concat([this.#unwritten(), Buffer.from(this.#waiting.length === 0 ? '' : this.#takeText())])
      if (rest.byteLength > 0) appendFileSync(this.#path, rest)
    } catch (cause) {
      this.#options.onProblem(problemText(this.#path, cause))
    }
  }

  #unwritten(): Buffer {
    if (this.#batch === undefined) return Buffer.alloc(0)
    const { bytes, start } = this.#batch
    if (start === undefined) return bytes
    const size = statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0
    return bytes.subarray(Math.max(0, size - start))
  }
}

function problemText(path: string, cause: unknown): string {
  return `The log ${path} cannot be written: ${toAppError(cause).message}`
}

function tellTerminal(text: string): void {
  process.stderr.write(`${text}\n`)
}
