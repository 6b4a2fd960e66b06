import { spawnSync } from 'node:child_process'
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it, onTestFinished, vi } from 'vitest'
import { atomicWrite, removeUnfinished } from '#main/files/atomic-write.ts'
import { TokenTable } from '#main/files/token-table.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

it('replaces a file and leaves nothing else in the folder', async () => {
  const folder = temporaryFolder()
  const path = join(folder, 'a.bin')
  writeFileSync(path, 'old')
  await atomicWrite(path, new TextEncoder().encode('new'))
  expect([readFileSync(path, 'utf8'), readdirSync(folder)]).toEqual(['new', ['a.bin']])
})

it('has a file on disk before it has its name, and its name before it is done', async () => {
  const folder = temporaryFolder()
  const synced: string[] = []
  const probe = await open(folder, 'r')
  const handles = Object.getPrototypeOf(probe) as FileHandle
  await probe.close()
  const { sync } = handles
  const spy = vi.spyOn(handles, 'sync').mockImplementation(async function (this: FileHandle) {
    const what = (await this.stat()).isDirectory() ? 'folder' : 'file'
    synced.push(`${what}, ${readdirSync(folder).includes('a.bin') ? 'named' : 'not named'}`)
    await sync.call(this)
  })
  onTestFinished(() => spy.mockRestore())
  await atomicWrite(join(folder, 'a.bin'), new Uint8Array(1))
  expect(synced).toEqual(['file, not named', 'folder, named'])
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

it('removes what a killed process had begun, and nothing else', async () => {
  const folder = temporaryFolder()
  for (const name of ['.package.22424.part', '.a.b.1.part', 'kept.part', '.kept', 'package']) {
    writeFileSync(join(folder, name), '')
  }
  await removeUnfinished(folder)
  expect(readdirSync(folder).sort()).toEqual(['.kept', 'kept.part', 'package'])
  await removeUnfinished(join(folder, 'nowhere'))
})

it('removes what a killed process had begun of the same file, and nothing of a living one', async () => {
  const folder = temporaryFolder()
  const { pid: ended } = spawnSync(process.execPath, ['-e', ''])
  const kept = [`.b.bin.${ended}.part`, `.a.bin.${process.ppid}.part`]
  for (const name of [`.a.bin.${ended}.part`, ...kept]) writeFileSync(join(folder, name), 'half')
  await atomicWrite(join(folder, 'a.bin'), new Uint8Array(1))
  expect(readdirSync(folder).sort()).toEqual([...kept, 'a.bin'].sort())
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
