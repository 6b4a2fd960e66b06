import { randomUUID } from 'node:crypto'
import { basename } from 'node:path'

export interface FileToken {
  readonly token: string
  /** Without folders, for people. */
  readonly fileName: string
}

/** Paths the user chose, under names that a page can hold without knowing them. Lives as long as the app. */
export class TokenTable {
  readonly #paths = new Map<string, string>()

  /** A new token for `path`; nothing is read. */
  add(path: string): FileToken {
    const token = randomUUID()
    this.#paths.set(token, path)
    return { token, fileName: basename(path) }
  }

  /** The path behind a token, or undefined for anything that is not one. */
  resolve(token: string): string | undefined {
    return this.#paths.get(token)
  }
}
