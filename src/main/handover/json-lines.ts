import type { Socket } from 'node:net'

const newline = 0x0a

interface JsonLinesOptions {
  /** Bytes that the next line may have. */
  readonly limitBytes: () => number
  readonly onValue: (value: unknown) => void
  /** A line that is too long, or no JSON. Nothing is read any more. */
  readonly onGarbage: (reason: string) => void
}

/** Values over a socket, one a line of JSON. No more is kept of a line than it may have. */
export class JsonLines {
  readonly #socket: Socket
  readonly #options: JsonLinesOptions
  #pieces: Buffer[] = []
  #bytes = 0
  #isOver = false

  constructor(socket: Socket, options: JsonLinesOptions) {
    this.#socket = socket
    this.#options = options
    socket.on('data', (chunk: Buffer) => this.#take(chunk))
  }

  send(value: unknown): void {
    if (this.#socket.writable) this.#socket.write(`${JSON.stringify(value)}\n`)
  }

  #take(chunk: Buffer): void {
    let rest = chunk
    while (!this.#isOver && rest.length > 0) {
      const end = rest.indexOf(newline)
      const piece = end < 0 ? rest : rest.subarray(0, end)
      this.#bytes += piece.length
      const limit = this.#options.limitBytes()
      if (this.#bytes > limit) return this.#giveUp(`a line of more than ${limit} bytes`)
      this.#pieces.push(piece)
      if (end < 0) return
      rest = rest.subarray(end + 1)
      this.#tell()
    }
  }

  #tell(): void {
    const line = Buffer.concat(this.#pieces).toString('utf8')
    this.#pieces = []
    this.#bytes = 0
    let value: unknown
    try {
      value = JSON.parse(line)
    } catch {
      return this.#giveUp('a line that is not JSON')
    }
    this.#options.onValue(value)
  }

  #giveUp(reason: string): void {
    this.#isOver = true
    this.#pieces = []
    this.#options.onGarbage(reason)
  }
}
