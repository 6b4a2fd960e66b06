import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { makeFolder } from '#main/files/make-folder.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

it('makes a folder with those above it, and is content with one that is there', async () => {
  const path = join(temporaryFolder(), 'runs', 'run-1')
  await makeFolder(path)
  await makeFolder(path)
  expect(existsSync(path)).toBe(true)
})

it('says that the name is taken by a file', async () => {
  const path = join(temporaryFolder(), 'run-1')
  writeFileSync(path, '')
  await expect(makeFolder(path)).rejects.toMatchObject({ where: path })
})
