import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { atomicWrite } from '#main/files/atomic-write.ts'
import { TokenTable } from '#main/files/token-table.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

it('replaces a file and leaves nothing else in the folder', async () => {
  const folder = temporaryFolder()
  const path = join(folder, 'a.bin')
  writeFileSync(path, 'old')
  await atomicWrite(path, new TextEncoder().encode('new'))
  expect([readFileSync(path, 'utf8'), readdirSync(folder)]).toEqual(['new', ['a.bin']])
})

it('keeps the old file when the disk is full in the middle', async () => {
  const folder = temporaryFolder()
  const path = join(folder, 'a.bin')
  writeFileSync(path, 'old')
  const writing = atomicWrite(path, new TextEncoder().encode('new'), async (file, bytes) => {
    await file.write(bytes, 0, 1)
    throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })
  })
  await expect(writing).rejects.toMatchObject({ code: 'disk-full', where: path })
  expect([readFileSync(path, 'utf8'), readdirSync(folder)]).toEqual(['old', ['a.bin']])
})

it('says that the folder is gone, and which file could not be written for it', async () => {
  const path = join(temporaryFolder(), 'nowhere', 'a.bin')
  await expect(atomicWrite(path, new Uint8Array(1))).rejects.toMatchObject({ code: 'disk-gone', where: path })
})

it('resolves only tokens it has given', () => {
  const tokens = new TokenTable()
  const { token, fileName } = tokens.add('/secret/folder/net.pth')
  expect(fileName).toBe('net.pth')
  expect(tokens.resolve(token)).toBe('/secret/folder/net.pth')
  expect(tokens.resolve('/secret/folder/net.pth')).toBeUndefined()
})
