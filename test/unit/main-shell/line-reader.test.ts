import { expect, test } from 'vitest'
import { LineReader } from '#main/trainer-host/line-reader.ts'

function linesOf(chunks: readonly Uint8Array[]): readonly string[] {
  const lines: string[] = []
  const reader = new LineReader((line) => lines.push(line))
  for (const chunk of chunks) reader.push(chunk)
  reader.end()
  return lines
}

test.each([1, 2, 3, 5, 100])('text cut into chunks of %i bytes gives the same lines', (size) => {
  const bytes = new TextEncoder().encode('größe ≤ 4\r\n\n  \nzweite\nlast')
  const chunks = Array.from({ length: Math.ceil(bytes.length / size) }, (_, i) => bytes.slice(i * size, (i + 1) * size))
  expect(linesOf(chunks)).toStrictEqual(['größe ≤ 4', 'zweite', 'last'])
})
