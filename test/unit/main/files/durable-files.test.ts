import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { writeDurably } from '#main/files/durable-files.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

it('replaces a file, and removes what a killed process had begun of it, nothing of a living one', () => {
  const folder = temporaryFolder()
  const { pid: ended } = spawnSync(process.execPath, ['-e', ''])
  const kept = [`.mark.json.${ended}.part`, `.owner.json.${process.ppid}.part`]
  for (const name of ['owner.json', `.owner.json.${ended}.part`, ...kept]) writeFileSync(join(folder, name), 'old')
  writeDurably(join(folder, 'owner.json'), 'new')
  expect(readdirSync(folder).sort()).toEqual([...kept, 'owner.json'].sort())
  expect(readFileSync(join(folder, 'owner.json'), 'utf8')).toBe('new')
})
