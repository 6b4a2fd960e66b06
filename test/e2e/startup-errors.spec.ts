import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemClock } from '#main/basics/clock.ts'
import { loadSqlite } from '#main/store/sqlite.ts'
import { storeLayout } from '#main/store/layout.ts'
import { Store } from '#main/store/store.ts'
import { expect, test } from './fixtures.ts'
import { electronExecutable, storeFolderIn, studioArguments, studioEnvironment } from './launch.ts'

/** What a studio that cannot start says on stderr while its box stands on the screen; it is ended then. */
async function startupError(folder: string): Promise<string> {
  const child = spawn(electronExecutable(), studioArguments(folder), {
    env: studioEnvironment(),
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  const exited = once(child, 'exit')
  try {
    let text = ''
    for await (const chunk of child.stderr.setEncoding('utf8')) {
      text += String(chunk)
      const start = text.indexOf('NeRN Studio could not start.')
      // The text is written in one piece; other lines on stderr are Chromium's.
      if (start !== -1) return text.slice(start)
    }
    throw new Error(`It ended without saying why: ${text}`)
  } finally {
    child.kill('SIGKILL')
    await exited
  }
}

test('a store in use by another program: says by whom, where, and what to do', async ({ folder }) => {
  const store = await Store.open({ folder: storeFolderIn(folder), program: 'studio run', clock: systemClock })
  try {
    const text = await startupError(folder)
    expect(text).toContain(`in use by studio run (process ${process.pid}`)
    expect(text).toContain(`Where: ${storeFolderIn(folder)}`)
    expect(text).toContain('Close it first')
  } finally {
    await store.close()
  }
})

test('a store of a newer studio is refused and left as it is', async ({ folder }) => {
  const layout = storeLayout(storeFolderIn(folder))
  await (await Store.open({ folder: layout.folder, program: 'test', clock: systemClock })).close()
  const sqlite = loadSqlite()
  const before = new sqlite(layout.database)
  before.pragma('user_version = 9999')
  before.close()
  expect(await startupError(folder)).toContain('The store has version 9999, this studio knows versions up to')
  const after = new sqlite(layout.database, { readonly: true })
  const version = after.pragma('user_version', { simple: true })
  after.close()
  expect(version).toBe(9999)
})

test('a folder that cannot be written is an error with its path', async ({ folder }) => {
  // A file where the folder should be refuses even root.
  await writeFile(join(folder, 'store'), '')
  const text = await startupError(folder)
  expect(text).toContain(storeFolderIn(folder))
})
