import { randomBytes } from 'node:crypto'
import { cpSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { storeLayout } from '#main/store/layout.ts'
import { processIdentity } from '#main/store/running-process.ts'
import { Store } from '#main/store/store.ts'
import { FakeClock } from '#test/support/fake-clock.ts'
import { openStore } from '#test/support/store.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

const clock = new FakeClock()

function another(folder: string): Promise<Store> {
  return Store.open({ folder, program: 'other', clock })
}

it.each([1, 100, 4096, 100_000])('opens a store whose lock was overwritten with %i random bytes', async (length) => {
  const first = await openStore()
  const { folder, lock } = first.layout
  await first.close()
  writeFileSync(lock, randomBytes(length))
  const second = await openStore(folder)
  await expect(another(folder)).rejects.toMatchObject({ code: 'store-locked' })
  await second.close()
  await (await another(folder)).close()
})

it('lets nobody in while an owner runs whose lock was overwritten or removed', async () => {
  const { layout } = await openStore()
  writeFileSync(layout.lock, randomBytes(5000))
  await expect(another(layout.folder)).rejects.toMatchObject({ code: 'store-locked' })
  rmSync(layout.lock)
  for (let attempt = 0; attempt < 3; attempt++) {
    await expect(another(layout.folder)).rejects.toMatchObject({
      code: 'store-locked',
      message: `The store is in use by test (process ${process.pid}, since 2030-01-02T03:04:05.000Z).`,
    })
  }
})

it('opens a copy of a store that is open, and what an owner left that is gone', async () => {
  const { layout } = await openStore()
  const copy = join(temporaryFolder(), 'copy')
  cpSync(layout.folder, copy, { recursive: true })
  await (await another(copy)).close()
  // The same number belongs to another process now.
  const left = { pid: process.pid, program: 'gone', since: 'then', process: 'another start' }
  writeFileSync(storeLayout(copy).owner, JSON.stringify(left))
  const store = await openStore(copy)
  expect(JSON.parse(readFileSync(store.layout.owner, 'utf8'))).toMatchObject({ program: 'test', pid: process.pid })
  await store.close()
  expect(existsSync(storeLayout(copy).owner)).toBe(false)
})

it('tells processes apart, where the system does', () => {
  expect(processIdentity(process.pid)).toBe(processIdentity(process.pid))
  expect(processIdentity(process.pid)).not.toBe(processIdentity(process.ppid))
  expect(processIdentity(2 ** 30)).toBeUndefined()
})
