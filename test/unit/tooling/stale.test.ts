import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { temporaryFolder } from '#test/support/temporary-folder.ts'
import { isStale } from '../../../scripts/lib/stale.mjs'

let output: string
let source: string
let file: string

/** Dates of an output built at second 20 from sources of second 10. */
beforeEach(() => {
  const folder = temporaryFolder()
  output = join(folder, 'built')
  source = join(folder, 'source')
  file = join(source, 'inner', 'file.ts')
  mkdirSync(join(source, 'inner'), { recursive: true })
  writeFileSync(file, '')
  writeFileSync(output, '')
  date(10, file, join(source, 'inner'), source)
  date(20, output)
})

function date(seconds: number, ...paths: readonly string[]): void {
  for (const path of paths) utimesSync(path, seconds, seconds)
}

test('an output newer than all its sources is not stale', () => {
  expect(isStale(output, [source])).toBe(false)
})

test('a missing output is stale', () => {
  rmSync(output)
  expect(isStale(output, [source])).toBe(true)
})

test('a source changed later makes it stale', () => {
  date(30, file)
  expect(isStale(output, [source])).toBe(true)
})

test('a source removed later makes it stale', () => {
  rmSync(file)
  expect(isStale(output, [source])).toBe(true)
})
