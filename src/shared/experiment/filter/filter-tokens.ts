/** The text of a filter, cut into what `filter-text.ts` reads. */

export interface FilterToken {
  readonly type: 'word' | 'quoted' | 'symbol' | 'unclosed'
  /** Of a quoted one without its quotes; of an operator in its plain spelling. */
  readonly text: string
  /** Of the first character, and one past the last. */
  readonly start: number
  readonly end: number
}

/** An operator that people type otherwise. */
const plainSpellings: Readonly<Record<string, string>> = { '≤': '<=', '≥': '>=', '≠': '!=', '==': '=' }

const tokenPattern =
  /\s+|(?<quoted>"(?:[^"\\]|\\.)*")|(?<unclosed>"[\s\S]*$)|(?<symbol><=|>=|!=|==|[<>=~≤≥≠(),])|(?<word>(?:(?:last|min|max)\([^()"]*\)|[^\s"<>=!~≤≥≠(),]|!(?!=))+)/gu

/** Every character belongs to a token or is blank. */
export function filterTokens(text: string): readonly FilterToken[] {
  const tokens: FilterToken[] = []
  for (const { 0: whole, index, groups = {} } of text.matchAll(tokenPattern)) {
    const place = { start: index, end: index + whole.length }
    const { quoted, unclosed, symbol, word } = groups
    if (quoted !== undefined) tokens.push({ type: 'quoted', text: unquoted(quoted), ...place })
    else if (unclosed !== undefined) tokens.push({ type: 'unclosed', text: unclosed, ...place })
    else if (symbol !== undefined) tokens.push({ type: 'symbol', text: plainSpellings[symbol] ?? symbol, ...place })
    else if (word !== undefined) tokens.push({ type: 'word', text: word, ...place })
  }
  return tokens
}

/** A text between quotes, as `filterTokens` reads it back. */
export function quotedText(text: string): string {
  return `"${text.replaceAll(/["\\]/g, String.raw`\$&`)}"`
}

function unquoted(quoted: string): string {
  return quoted.slice(1, -1).replaceAll(/\\([\s\S])/g, '$1')
}
