import { StringDecoder } from 'node:string_decoder'

/** Puts a stream's chunks together into lines; a character split between two chunks stays whole. Empty lines are left out. */
export class LineReader {
  readonly #decoder = new StringDecoder('utf8')
  readonly #onLine: (line: string) => void
  #rest = ''

  constructor(onLine: (line: string) => void) {
    this.#onLine = onLine
  }

  push(chunk: Uint8Array): void {
    const lines = (this.#rest + this.#decoder.write(Buffer.from(chunk))).split(/\r?\n/)
    this.#rest = lines.pop() ?? ''
    for (const line of lines) this.#tell(line)
  }

  /** The stream is over: what stood behind the last newline is a line as well. */
  end(): void {
    this.#tell(this.#rest + this.#decoder.end())
    this.#rest = ''
  }

  #tell(line: string): void {
    if (line.trim() !== '') this.#onLine(line)
  }
}
