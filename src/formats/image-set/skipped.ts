/** What an import left out, and why: the rest of the data set is good without it. */
import type { SkippedFiles } from '#shared/protocol/records.ts'

export type SkippedFile = SkippedFiles['files'][number]

/** Named one by one; of more only the number is kept. */
const MAX_NAMED = 200

/** Counts everything and names the first 200, sorted: files are looked at side by side, in no fixed order. */
export class SkippedList {
  readonly #files: SkippedFile[]
  #count: number

  /** @param before what was left out already */
  constructor(before: SkippedFiles = { count: 0, files: [] }) {
    this.#files = [...before.files]
    this.#count = before.count
  }

  add(file: SkippedFile): void {
    this.#count++
    if (this.#files.length < MAX_NAMED) this.#files.push(file)
  }

  get value(): SkippedFiles {
    const files = this.#files.toSorted((left, right) => (left.file < right.file ? -1 : 1))
    return { count: this.#count, files }
  }
}
