/** Pictures as the text of SVG files: shapes of numbers, so that they stay sharp and can be edited. */

export type SvgAttributes = Readonly<Record<string, string | number | undefined>>

/** One element; its content is markup already. */
export function svgElement(name: string, attributes: SvgAttributes, content = ''): string {
  const written = Object.entries(attributes)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}="${escapeXml(typeof value === 'number' ? rounded(value) : (value ?? ''))}"`)
    .join('')
  return content === '' ? `<${name}${written}/>` : `<${name}${written}>${content}</${name}>`
}

/** A text whose middle line lies at y. */
export function svgText(text: string, x: number, y: number, attributes: SvgAttributes): string {
  return svgElement('text', { x, y, dy: '0.34em', ...attributes }, escapeXml(text))
}

/** A line through points; one that is undefined is a gap. */
export function svgPath(points: readonly (readonly [x: number, y: number] | undefined)[]): string {
  let isDrawing = false
  const parts: string[] = []
  for (const point of points) {
    if (point === undefined) isDrawing = false
    else {
      parts.push(`${isDrawing ? 'L' : 'M'}${rounded(point[0])} ${rounded(point[1])}`)
      isDrawing = true
    }
  }
  return parts.join('')
}

export interface SvgPage {
  readonly width: number
  readonly height: number
  readonly title: string
  readonly background: string
  readonly fontFamily: string
}

/** A whole file. */
export function svgFile({ width, height, title, background, fontFamily }: SvgPage, content: string): string {
  const size = { width, height, viewBox: `0 0 ${width} ${height}` }
  const page = svgElement('rect', { width, height, fill: background })
  const attributes = { xmlns: 'http://www.w3.org/2000/svg', ...size, 'font-family': fontFamily, 'font-size': 12 }
  return svgElement('svg', attributes, `<title>${escapeXml(title)}</title>${page}${content}`)
}

function escapeXml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;')
}

/** To the hundredth of a pixel. */
function rounded(value: number): string {
  return String(Math.round(100 * value) / 100)
}
