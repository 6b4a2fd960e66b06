/** CIFAR from a site of our own: fetched by the studio, checked, imported, removed. */
import { createHash } from 'node:crypto'
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import type { OfficialArchive } from '#formats/cifar/official-archives.ts'
import type { Studio } from '#main/studio.ts'
import { runCommand } from '#test/support/command-line.ts'
import { serveFile, unansweredUrl, type ServerBehaviour } from '#test/support/file-server.ts'
import { call, nextEvent, openStudio, scriptTrainers } from '#test/support/studio.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

/** What the scripted trainer imports it never reads. */
const content = new Uint8Array(300_000).fill(9)
const fileName = 'cifar-100-binary.tar.gz'

async function studioWithSite(storeFolder: string, behaviour?: ServerBehaviour): Promise<Studio> {
  const { url } = await serveFile(content, behaviour)
  const md5 = createHash('md5').update(content).digest('hex')
  const archive: OfficialArchive = { kind: 'cifar100', form: 'binary', fileName, url, md5 }
  return openStudio({ storeFolder, archives: [archive] })
}

const order = { taskId: 'fetch', file: 'download:cifar100' } as const

it('fetches an archive with progress, imports it and keeps only the data set', async () => {
  const storeFolder = temporaryFolder()
  const studio = await studioWithSite(storeFolder)
  const progress = nextEvent(studio, 'task-progress', ({ title, done }) => title.startsWith('Fetching') && done > 0)
  const dataset = await call(studio, 'datasets.import', { ...order, name: 'fetched' })
  expect(dataset.name).toBe('fetched')
  expect(await progress).toMatchObject({ taskId: 'fetch', total: content.byteLength })
  expect(readdirSync(join(storeFolder, 'downloads'))).toEqual([])
})

it('stops when it is cancelled, keeps what came, and needs no network for what is complete', async () => {
  const storeFolder = temporaryFolder()
  const studio = await studioWithSite(storeFolder, { silentAfter: 100_000 })
  const progress = nextEvent(studio, 'task-progress', ({ done }) => done > 0)
  const importing = studio.invoke('datasets.import', order)
  await progress
  await studio.invoke('tasks.cancel', { taskId: 'fetch' })
  expect(await importing).toMatchObject({ ok: false, error: { code: 'cancelled' } })
  expect(readdirSync(join(storeFolder, 'downloads'))).toEqual([`${fileName}.part`])
  await studio.close()

  // A trainer that never gets ready: the archive is complete, the import is not.
  const second = await studioWithSite(storeFolder)
  scriptTrainers({ neverReady: true })
  const stuck = second.invoke('datasets.import', order)
  while (!existsSync(join(storeFolder, 'downloads', fileName))) await new Promise((resolve) => setTimeout(resolve, 20))
  await second.invoke('tasks.cancel', { taskId: 'fetch' })
  expect(await stuck).toMatchObject({ ok: false, error: { code: 'cancelled' } })
  expect(existsSync(join(storeFolder, 'downloads', fileName))).toBe(true)
})

it('is clear about what it cannot fetch', async () => {
  const studio = await openStudio({
    archives: [{ kind: 'cifar100', form: 'binary', fileName, url: await unansweredUrl(), md5: 'a'.repeat(32) }],
  })
  expect(await studio.invoke('datasets.import', order)).toMatchObject({
    ok: false,
    error: { code: 'download-failed', message: expect.stringContaining('there is no connection') },
  })
  expect(await call(studio, 'datasets.list', {})).toEqual([])
  expect(await runCommand(temporaryFolder(), ['dataset', 'import', 'mnist', '--download'])).toMatchObject({ code: 2 })
})
