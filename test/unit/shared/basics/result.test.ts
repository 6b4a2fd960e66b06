import { readFile } from 'node:fs/promises'
import { expect, test } from 'vitest'
import { appErrorCodes } from '#shared/basics/result.ts'

test('docs/errors.md explains exactly the error codes, in their order', async () => {
  const page = await readFile('docs/errors.md', 'utf8')
  const rows = [...page.matchAll(/^\| ([a-z][a-z-]*) +\| /gm)]
    .map((match) => match[1])
    .filter((code) => code !== 'code')
  expect(rows).toEqual([...appErrorCodes])
})
