/** How charts look: the one place where colours and fonts of the present theme come from. */
import type { Rgb } from './kernel-picture.ts'

export interface ChartTheme {
  readonly surface: string
  readonly text: string
  readonly mutedText: string
  readonly grid: string
  readonly strongLine: string
  /** Over the plot, behind the curves. */
  readonly band: string
  readonly fontFamily: string
  /** Of a line, a mark, a bar. */
  colorOf(token: string): string
}

export const chartFontPixels = 11
/** How much of a colour is left of what stands behind: raw values, bands around a mean. */
export const paleShare = 0.28
export const bandShare = 0.16

/** Of the present theme, as values that canvases and files take; what depends on it reads `preferences` to be told of changes. */
export function chartTheme(element: Element): ChartTheme {
  return {
    surface: tokenCss(element, '--surface'),
    text: tokenCss(element, '--text'),
    mutedText: tokenCss(element, '--text-muted'),
    grid: tokenCss(element, '--line'),
    strongLine: tokenCss(element, '--line-strong'),
    band: tokenCss(element, '--neutral-soft'),
    fontFamily: getComputedStyle(element).fontFamily,
    colorOf: (token) => tokenCss(element, token),
  }
}

/** `rgb(...)` with less of it. */
export function withAlpha(color: string, alpha: number): string {
  const [red, green, blue] = channels(color)
  return `rgba(${red}, ${green}, ${blue}, ${alpha})`
}

/** The colour of a token as bytes. */
export function tokenColor(element: Element, token: string): Rgb {
  return channels(tokenCss(element, token))
}

function channels(color: string): Rgb {
  const match = /^rgba?\(([\d.]+),? ([\d.]+),? ([\d.]+)/.exec(color)
  return [Number(match?.[1] ?? 128), Number(match?.[2] ?? 128), Number(match?.[3] ?? 128)]
}

function tokenCss(element: Element, token: string): string {
  const probe = document.createElement('span')
  probe.style.color = `var(${token})`
  element.append(probe)
  const color = getComputedStyle(probe).color
  probe.remove()
  return color
}
