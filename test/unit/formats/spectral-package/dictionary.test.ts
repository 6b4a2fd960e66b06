import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { descriptionDictionary } from '#formats/spectral-package/dictionary.ts'
import { pythonLoader } from '#test/support/python.ts'

it('is the dictionary of docs/format.md', () => {
  const [, block] = /\n## The dictionary\n.*?```text\n(.*?)\n```/s.exec(readFileSync('docs/format.md', 'utf8')) ?? []
  expect(block?.replaceAll('\n', '')).toBe(descriptionDictionary)
})

it('is the dictionary of nern_load.py', () => {
  const [, block = ''] = /\nSPECTRAL_DICTIONARY = \(\n(.*?)\n\)/s.exec(readFileSync(pythonLoader, 'utf8')) ?? []
  const lines = block.split('\n').map((line) => /^ {4}b'(.*)'$/.exec(line)?.[1])
  expect(lines.join('')).toBe(descriptionDictionary)
})
