import type { AppError } from '#shared/basics/result.ts'

/** Where text goes, such as a standard stream of the process. */
export interface Stream {
  write(text: string): unknown
  readonly isTTY?: boolean
}

/** Between two progress lines where lines cannot be rewritten. */
const PROGRESS_INTERVAL_MS = 5_000

/** Results on stdout, everything else on stderr. */
export class Output {
  readonly isJson: boolean
  readonly #stdout: Stream
  readonly #stderr: Stream
  readonly #now: () => number
  #isLineOpen = false
  #lastProgress: { readonly text: string; readonly at: number } | undefined

  constructor(isJson: boolean, stdout: Stream, stderr: Stream, now: () => number) {
    this.isJson = isJson
    this.#stdout = stdout
    this.#stderr = stderr
    this.#now = now
  }

  /** The answer of a command: `value` with --json, else `text`. */
  result(value: unknown, text: string): void {
    this.#closeLine()
    this.#stdout.write(`${this.isJson ? JSON.stringify(value, null, 2) : text}\n`)
  }

  /** A line for people about what happens. */
  say(text: string): void {
    this.#closeLine()
    this.#stderr.write(`${text}\n`)
  }

  /** Where long work is: rewrites one line in a terminal, else adds a line now and then. */
  progress(text: string): void {
    if (this.#stderr.isTTY === true) {
      this.#stderr.write(`\r\x1b[2K${text}`)
      this.#isLineOpen = true
      return
    }
    const last = this.#lastProgress
    if (last !== undefined && (last.text === text || this.#now() - last.at < PROGRESS_INTERVAL_MS)) return
    this.#lastProgress = { text, at: this.#now() }
    this.#stderr.write(`${text}\n`)
  }

  error(error: AppError): void {
    this.#closeLine()
    if (this.isJson) this.#stdout.write(`${JSON.stringify({ error }, null, 2)}\n`)
    this.#stderr.write(`error: ${error.message}\n`)
    if (error.where !== undefined) this.#stderr.write(`  where: ${error.where}\n`)
    if (error.remedy !== undefined) this.#stderr.write(`  remedy: ${error.remedy}\n`)
  }

  #closeLine(): void {
    if (this.#isLineOpen) this.#stderr.write('\n')
    this.#isLineOpen = false
  }
}
