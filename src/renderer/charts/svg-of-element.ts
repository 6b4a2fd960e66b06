/** A chart that is SVG on the page as a file of its own: the same shapes, with the colours that the page's styles give them. */
import { svgElement, svgFile } from './svg-writer.ts'
import type { ChartTheme } from './chart-theme.ts'

/** What styles say of shapes and texts. */
const styled = [
  ...['fill', 'fill-opacity', 'stroke', 'stroke-width', 'stroke-dasharray', 'stroke-opacity', 'stroke-linejoin'],
  ...['opacity', 'font-size', 'font-weight', 'paint-order', 'visibility'],
] as const

export function svgOfElement(element: SVGSVGElement, title: string, theme: ChartTheme): string {
  const { width, height } = element.getBoundingClientRect()
  const copy = element.cloneNode(true)
  if (!(copy instanceof SVGSVGElement)) throw new TypeError('a copy of an svg is one')
  const originals = element.querySelectorAll('*')
  copy.querySelectorAll('*').forEach((node, index) => {
    const original = originals[index]
    if (original === undefined) return
    const style = getComputedStyle(original)
    for (const property of styled) node.setAttribute(property, style.getPropertyValue(property))
    node.removeAttribute('style')
    node.removeAttribute('class')
  })
  const content = svgElement(
    'g',
    {},
    [...copy.childNodes].map((node) => new XMLSerializer().serializeToString(node)).join(''),
  )
  const page = { width, height, title, background: theme.surface, fontFamily: theme.fontFamily }
  return svgFile(page, content)
}
