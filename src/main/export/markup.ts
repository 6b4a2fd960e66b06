/** HTML that was put together from escaped pieces. */
export class Markup {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

type Piece = string | number | Markup | readonly Markup[]

const escapes: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}

/** A template whose values are escaped, whatever they hold; only `Markup` goes in as it is. */
export function html(strings: TemplateStringsArray, ...pieces: readonly Piece[]): Markup {
  return new Markup(strings.map((text, at) => text + (at < pieces.length ? render(pieces[at] ?? '') : '')).join(''))
}

function render(piece: Piece): string {
  if (piece instanceof Markup) return piece.text
  if (typeof piece === 'number') return String(piece)
  if (typeof piece === 'string') return piece.replace(/[&<>"']/g, (character) => escapes[character] ?? '')
  return piece.map(({ text }) => text).join('')
}
