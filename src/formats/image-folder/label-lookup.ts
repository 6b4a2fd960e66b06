/** Finds the line of a list that speaks of an image. */
import { fileError } from '../file-error.ts'
import type { SkippedFile } from '../image-set/skipped.ts'
import type { LabelRow } from './label-table.ts'

/** Lists name images with their folders or without, with the ending or without; or with more folders than are there. */
export class LabelLookup {
  readonly #list: string
  readonly #rows = new Map<string, LabelRow>()
  readonly #byBase = new Map<string, LabelRow[]>()
  readonly #takenBy = new Map<LabelRow, string>()
  /** Lines that say nothing usable. */
  readonly unusable: SkippedFile[] = []

  /** @param list the list's name, for messages */
  constructor(list: string, rows: readonly LabelRow[]) {
    this.#list = list
    for (const row of rows) {
      const known = this.#rows.get(row.file)
      if (row.file === '') {
        this.unusable.push({
          file: `${list}, line ${row.line}`,
          reason: 'mislabelled',
          detail: 'the line names no file',
        })
      } else if (known === undefined) {
        this.#rows.set(row.file, row)
        this.#rememberBase(row)
      } else {
        const isSame = known.label === row.label
        const detail = `${list}, line ${row.line}: named again as ${row.label}${isSame ? '' : `, before as ${known.label}`}`
        this.unusable.push({ file: row.file, reason: isSame ? 'duplicate' : 'mislabelled', detail })
      }
    }
  }

  /** Lines that no image has taken. */
  get untaken(): number {
    return this.#rows.size - this.#takenBy.size
  }

  /**
   * The line of an image, which no other image has.
   * @param path below the folder of the list, with slashes
   * Throws `dataset-invalid` when two images have the name that a line gives.
   */
  take(path: string, name: string): LabelRow | undefined {
    const row = this.find(path)
    if (row === undefined) return undefined
    const other = this.#takenBy.get(row)
    if (other === undefined) {
      this.#takenBy.set(row, name)
      return row
    }
    throw fileError(
      { name: this.#list },
      'dataset-invalid',
      `line ${row.line}: expected the name of one image, found "${row.file}", which ${other} and ${name} both have`,
      `line ${row.line}`,
      `Write the names in ${this.#list} with their folders, as in ${path}, and import again.`,
    )
  }

  find(path: string): LabelRow | undefined {
    const plain = path.normalize('NFC')
    for (const suffix of suffixesOf(plain)) {
      const row = this.#rows.get(suffix) ?? this.#rows.get(withoutEnding(suffix))
      if (row !== undefined) return row
    }
    const longer = [plain, withoutEnding(plain)].flatMap((end) =>
      (this.#byBase.get(baseOf(end)) ?? []).filter(({ file }) => file.endsWith(`/${end}`)),
    )
    return longer.length === 1 ? longer[0] : undefined
  }

  #rememberBase(row: LabelRow): void {
    const base = baseOf(row.file)
    if (base === row.file) return
    const known = this.#byBase.get(base)
    if (known === undefined) this.#byBase.set(base, [row])
    else known.push(row)
  }
}

/** `a/b/c.png`, `b/c.png`, `c.png` */
function suffixesOf(path: string): readonly string[] {
  const parts = path.split('/')
  return parts.map((_, i) => parts.slice(i).join('/'))
}

function baseOf(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1)
}

function withoutEnding(path: string): string {
  return path.replace(/\.[^./]+$/, '')
}
