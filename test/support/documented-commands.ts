/**
 * Commands as they stand in a Markdown file: in indented blocks (four blanks after an empty line) and in fenced ones of
 * the language `sh`; and, less strictly, between backticks in a sentence.
 */

/** A command, with the lines that a backslash at their end continues joined into one, and without its comment. */
export interface DocumentedCommand {
  /** `docs/results.md:13`. */
  readonly where: string
  readonly text: string
}

/** Source code in a block that is no command line. */
export interface DocumentedPython {
  readonly where: string
  readonly source: string
}

interface Block {
  readonly language: string
  readonly lines: readonly { readonly number: number; readonly text: string }[]
}

/** Of blocks that no shell is given: `ts` ones have a test of their own (adding-a-method). */
const otherLanguages = ['text', 'ts']

/** Commands and Python in the blocks of a page. A block whose first line is an import is Python. */
export function documentedCode(
  file: string,
  markdown: string,
): { readonly commands: readonly DocumentedCommand[]; readonly python: readonly DocumentedPython[] } {
  const blocks = blocksOf(markdown).filter(({ language }) => !otherLanguages.includes(language))
  const isPython = ({ language, lines }: Block) => language === 'python' || /^(import|from) /.test(lines[0]?.text ?? '')
  return {
    commands: blocks.filter((block) => !isPython(block)).flatMap((block) => commandsOf(file, block)),
    python: blocks.filter(isPython).map(({ lines }) => ({
      where: `${file}:${lines[0]?.number ?? 0}`,
      source: lines.map(({ text }) => text).join('\n'),
    })),
  }
}

/** What stands between backticks and begins with one of `programs`; code that goes over the end of a line is joined. */
export function mentionedCommands(
  file: string,
  markdown: string,
  programs: readonly string[],
): readonly DocumentedCommand[] {
  // Fenced blocks have three backticks, which are no code in a sentence.
  const prose = markdown.replaceAll(/^```[\s\S]*?^```/gm, (block) => block.replaceAll(/[^\n]/g, ''))
  return [...prose.matchAll(/`([^`]+)`/g)]
    .map((match) => ({
      where: `${file}:${prose.slice(0, match.index).split('\n').length}`,
      text: (match[1] ?? '').replaceAll(/\s+/g, ' '),
    }))
    .filter(({ text }) => programs.some((program) => text.startsWith(`${program} `)))
}

/** The words of a command line, as a shell splits them where nothing is substituted. */
export function shellWords(text: string): readonly string[] {
  return [...text.matchAll(/'([^']*)'|"([^"]*)"|(\S+)/g)].map((match) => match[1] ?? match[2] ?? match[3] ?? '')
}

function blocksOf(markdown: string): readonly Block[] {
  const blocks: { language: string; lines: { number: number; text: string }[] }[] = []
  let fence: string | undefined
  let open: (typeof blocks)[number] | undefined
  let isAfterEmpty = true
  markdown.split('\n').forEach((line, index) => {
    const fenced = /^ *```(\w*)/.exec(line)
    const isIndented = line.startsWith('    ')
    if (fenced !== null) {
      fence = fence === undefined ? (fenced[1] ?? '') : undefined
      open = fence === undefined ? undefined : { language: fence, lines: [] }
      if (open !== undefined) blocks.push(open)
    } else if (fence === undefined && line.trim() !== '') {
      if (!isIndented) open = undefined
      else if (open === undefined && isAfterEmpty) blocks.push((open = { language: '', lines: [] }))
    }
    if (fenced === null && line.trim() !== '') open?.lines.push({ number: index + 1, text: line })
    isAfterEmpty = line.trim() === ''
  })
  return blocks.map(({ language, lines }) => ({ language, lines: withoutIndent(lines) }))
}

/** Without the indent that all lines have. */
function withoutIndent(lines: Block['lines']): Block['lines'] {
  const indent = Math.min(...lines.map(({ text }) => text.length - text.trimStart().length))
  return lines.map(({ number, text }) => ({ number, text: text.slice(indent) }))
}

function commandsOf(file: string, { lines }: Block): readonly DocumentedCommand[] {
  const commands: DocumentedCommand[] = []
  let begun: DocumentedCommand | undefined
  for (const { number, text } of lines) {
    const bare = text.replace(/(^|\s)#.*$/, '').trim()
    if (bare === '') continue
    const isContinued = bare.endsWith('\\')
    const part = isContinued ? bare.slice(0, -1).trim() : bare
    begun =
      begun === undefined ? { where: `${file}:${number}`, text: part } : { ...begun, text: `${begun.text} ${part}` }
    if (isContinued) continue
    commands.push(begun)
    begun = undefined
  }
  return begun === undefined ? commands : [...commands, begun]
}
