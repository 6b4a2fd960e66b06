/** What people say of networks and data sets after their import comes back with a store that lost its database. */
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { runCommand } from '#test/support/command-line.ts'
import { call, fillLibrary, openStudio } from '#test/support/studio.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

it('gives a rebuilt store the names and measurements that came after the import', async () => {
  const storeFolder = temporaryFolder()
  const studio = await openStudio({ storeFolder })
  const { network, dataset } = await fillLibrary(studio)
  await call(studio, 'networks.rename', { id: network.id, name: 'Mine' })
  await call(studio, 'datasets.rename', { id: dataset.id, name: 'My images' })
  const asked = { id: network.id, datasetId: dataset.id, split: 'test', limit: 0 } as const
  const measured = await call(studio, 'networks.evaluate', { taskId: 'measure', ...asked })
  await studio.close()
  rmSync(join(storeFolder, 'studio.sqlite'))
  const repaired = await runCommand(storeFolder, ['store', 'repair', '--way', 'rebuild'])
  expect(repaired).toMatchObject({ code: 0 })
  const again = await openStudio({ storeFolder })
  expect(await call(again, 'networks.get', { id: network.id })).toMatchObject({
    record: { name: 'Mine' },
    evaluations: [measured],
  })
  expect(await call(again, 'datasets.get', { id: dataset.id })).toMatchObject({ record: { name: 'My images' } })
})
