import { closeSync, fsyncSync, ftruncateSync, openSync, writeSync } from 'node:fs'
import type { EventLine } from '#shared/cluster/remote-events.ts'

/**
 * The events of one attempt, lines that are appended and never changed. A disk that is full may take a part of a line: it is
 * taken back, so that what stands there are whole lines. Throws what the disk says.
 */
export class EventLog {
  readonly #file: number
  #length = 0

  constructor(path: string) {
    this.#file = openSync(path, 'wx')
  }

  append(event: EventLine): void {
    const bytes = Buffer.from(`${JSON.stringify(event)}\n`)
    try {
      for (let at = 0; at < bytes.byteLength;) {
        at += writeSync(this.#file, bytes, at, bytes.byteLength - at, this.#length + at)
      }
    } catch (cause) {
      ftruncateSync(this.#file, this.#length)
      throw cause
    }
    this.#length += bytes.byteLength
  }

  sync(): void {
    fsyncSync(this.#file)
  }

  close(): void {
    closeSync(this.#file)
  }
}
