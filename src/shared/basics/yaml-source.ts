/** A text of YAML that is read by hand: whatever is wrong with it is told with its line and column. */
import { isMap, isScalar, isSeq, LineCounter, parseDocument, type Node, type YAMLMap } from 'yaml'
import { nearNames } from './near-names.ts'
import { AppException } from './result.ts'

/** A value with its key, as it stands in a mapping. */
export interface YamlEntry {
  readonly key: string
  /** For an error about the key. */
  readonly keyNode: Node
  /** For an error about the value; the key's where there is none. */
  readonly node: Node
}

/** Longer texts are not what they claim to be. */
const maximumCharacters = 1_000_000

export class YamlSource {
  readonly root: Node
  readonly #fileName: string | undefined
  readonly #lines: LineCounter

  private constructor(fileName: string | undefined, lines: LineCounter, root: Node) {
    this.#fileName = fileName
    this.#lines = lines
    this.root = root
  }

  /**
   * @param fileName named in errors; undefined for a text that came from elsewhere
   * Throws `invalid-config`, as everything here does, for what is not YAML.
   */
  static parse(text: string, fileName?: string): YamlSource {
    const lines = new LineCounter()
    if (text.length > maximumCharacters) throw invalid('It is too long for a configuration.', fileName ?? 'text')
    const document = parsed(text, lines, fileName)
    const [error] = document.errors
    if (error !== undefined) throw invalid(`This is not YAML: ${error.message}`, place(fileName, lines, error.pos[0]))
    if (document.contents === null) throw invalid('It is empty.', place(fileName, lines, 0))
    return new YamlSource(fileName, lines, document.contents)
  }

  /** The entries of a mapping. @param what the mapping is, such as `config` */
  entries(node: Node, what: string): readonly YamlEntry[] {
    if (!isMap(node)) throw this.error(node, `${what} is a mapping of names to values.`)
    return (node as YAMLMap<Node, Node | null>).items.map(({ key, value }) => {
      if (!isScalar(key)) throw this.error(key, `${what} has a key that is no name.`)
      return { key: String(key.value), keyNode: key, node: value ?? key }
    })
  }

  /** Throws for an entry whose key is none of `known`. @param what they are keys of */
  assertKnown({ key, keyNode }: YamlEntry, known: readonly string[], what: string): void {
    if (known.includes(key)) return
    const near = nearNames(key, known)
    throw this.error(
      keyNode,
      `${what} has no ${key}.`,
      near.length > 0 ? `Did you mean ${near.join(' or ')}?` : `Known are: ${known.join(', ')}.`,
    )
  }

  /** The items of a list; a single value is a list of itself. */
  items(node: Node): readonly Node[] {
    if (!isSeq(node)) return [node]
    return node.items.map((item) => {
      if (isScalar(item) || isMap(item) || isSeq(item)) return item
      throw this.error(node, 'A list has an item that is no value.')
    })
  }

  /** A number, a text or a truth value. @param what it is, for the error */
  scalar(node: Node, what: string): number | string | boolean {
    const value = isScalar(node) ? node.value : undefined
    if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') return value
    throw this.error(node, `${what} takes one value.`)
  }

  /** An error about a node. */
  error(node: Node, message: string, remedy = 'Correct it and try again.'): AppException {
    return invalid(message, this.placeOf(node), remedy)
  }

  /** `sweep.yaml:3:5`, or `line 3, column 5`. */
  placeOf(node: Node): string {
    return place(this.#fileName, this.#lines, node.range?.[0] ?? 0)
  }
}

/** The parser calls itself for every level: a text can ask for more of them than there is room for. */
function parsed(text: string, lines: LineCounter, fileName: string | undefined) {
  try {
    return parseDocument(text, { lineCounter: lines, prettyErrors: false })
  } catch (thrown) {
    if (thrown instanceof RangeError) throw invalid('It is nested too deeply.', fileName ?? 'text')
    throw thrown
  }
}

function place(fileName: string | undefined, lines: LineCounter, offset: number): string {
  const { line, col } = lines.linePos(offset)
  const [row, column] = [Math.max(1, line), Math.max(1, col)]
  return fileName === undefined ? `line ${row}, column ${column}` : `${fileName}:${row}:${column}`
}

function invalid(message: string, where: string, remedy = 'Correct it and try again.'): AppException {
  return new AppException({ code: 'invalid-config', message, where, remedy })
}
