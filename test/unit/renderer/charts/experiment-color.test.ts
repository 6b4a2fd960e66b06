import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { experimentColor } from '#renderer/charts/experiment-color.ts'

const tokens = readFileSync('src/renderer/styles/tokens.css', 'utf8')

/** Relative luminance of `#rrggbb` by WCAG 2.2. */
function luminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const value = Number.parseInt(color.slice(at, at + 2), 16) / 255
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

function contrast(a: string, b: string): number {
  const [lighter = 0, darker = 0] = [luminance(a), luminance(b)].toSorted((x, y) => y - x)
  return (lighter + 0.05) / (darker + 0.05)
}

function colorsOf(token: string): readonly [light: string, dark: string] {
  const [, light = '', dark = ''] = new RegExp(`${token}: light-dark\\((#\\w{6}), (#\\w{6})\\)`).exec(tokens) ?? []
  return [light, dark]
}

test('twenty-four experiments made one after the other have different colours, and each keeps its own', () => {
  const names = Array.from({ length: 24 }, (_, index) => experimentColor({ number: index + 1 }))
  expect(new Set(names).size).toBe(24)
  expect(new Set(names.map((name) => colorsOf(name).join())).size).toBe(24)
  expect(experimentColor({ number: 25 })).toBe(names[0])
})

test('every colour stands out from surfaces and selected rows in both themes', () => {
  const low = Array.from({ length: 24 }, (_, index) => experimentColor({ number: index + 1 })).filter((name) =>
    ['--surface', '--canvas', '--selected'].some((behind) =>
      [0, 1].some((theme) => contrast(colorsOf(name)[theme] ?? '', colorsOf(behind)[theme] ?? '') < 3),
    ),
  )
  expect(low).toEqual([])
})
