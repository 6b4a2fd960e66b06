import type { Rgb } from './kernel-picture.ts'

/** The colour a token has in the present theme, as bytes; canvases cannot use `var(--name)` themselves. */
export function tokenColor(element: Element, token: string): Rgb {
  const match = /^rgba?\(([\d.]+),? ([\d.]+),? ([\d.]+)/.exec(tokenCss(element, token))
  return [Number(match?.[1] ?? 128), Number(match?.[2] ?? 128), Number(match?.[3] ?? 128)]
}

/** The same as a colour that a canvas takes. */
export function tokenCss(element: Element, token: string): string {
  const probe = document.createElement('span')
  probe.style.color = `var(${token})`
  element.append(probe)
  const color = getComputedStyle(probe).color
  probe.remove()
  return color
}
