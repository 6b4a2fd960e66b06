/** Deleting in two steps, with the files of real rows: the first can be undone, the second is only for what is in the trash. */
import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { call, createExperiment, fillLibrary, openStudio, reaches } from '#test/support/studio.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

it('keeps everything of what is in the trash, and deletes only what is there', async () => {
  const storeFolder = temporaryFolder()
  const studio = await openStudio({ storeFolder })
  const { id } = await createExperiment(studio, await fillLibrary(studio), 5)
  studio.queue.startDispatching()
  const { latestRun } = await reaches(studio, id, 'completed', 'failed')
  const folder = join(storeFolder, 'runs', latestRun?.id ?? '')
  const before = await call(studio, 'experiments.get', { id })
  const trashCounts: number[] = []
  studio.events.on('trash-changed', ({ count }) => trashCounts.push(count))

  expect(await studio.invoke('experiments.delete-forever', { ids: [id] })).toMatchObject({
    error: { code: 'conflict' },
  })
  await call(studio, 'experiments.trash', { ids: [id] })
  expect(await call(studio, 'experiments.list', {})).toEqual({ items: [], total: 0 })
  expect(await studio.invoke('queue.retry', { ids: [id] })).toMatchObject({ error: { code: 'conflict' } })
  expect(existsSync(folder)).toBe(true)

  const changed: string[] = []
  studio.events.on('experiment-changed', (summary) => changed.push(summary.id))
  await call(studio, 'experiments.update', { id, notes: before.record.notes })
  expect(changed).toEqual([])
  await call(studio, 'experiments.restore', { ids: [id] })
  expect(changed).toEqual([id])
  const { updatedAt: _changed, ...restored } = (await call(studio, 'experiments.get', { id })).record
  const { updatedAt: _before, ...original } = before.record
  expect(restored).toEqual(original)

  await call(studio, 'experiments.trash', { ids: [id] })
  expect(await call(studio, 'experiments.empty-trash', {})).toEqual({ count: 1 })
  expect(existsSync(folder)).toBe(false)
  expect(await studio.invoke('experiments.restore', { ids: [id] })).toMatchObject({ error: { code: 'not-found' } })
  expect(trashCounts).toEqual([1, 0, 1, 0])
})

it('writes what a query finds into a file of rows', async () => {
  const storeFolder = temporaryFolder()
  const studio = await openStudio({ storeFolder })
  const library = await fillLibrary(studio)
  const ids: string[] = []
  for (const steps of [5, 7]) ids.push((await createExperiment(studio, library, steps)).id)
  const file = join(storeFolder, 'rows.csv')
  const fields = ['id', 'config.reconstruction.steps', 'ratio']
  const order = [{ field: 'config.reconstruction.steps', isDescending: true }]
  expect(await call(studio, 'experiments.export-rows', { order, fields, format: 'csv', file })).toEqual({ rows: 2 })
  const rows = (first: string, second: string): string =>
    `id,config.reconstruction.steps (steps),ratio (times)\r\n${first}\r\n${second}\r\n`
  expect(await readFile(file, 'utf8')).toBe(rows(`${ids[1]},7,`, `${ids[0]},5,`))
  await call(studio, 'experiments.export-rows', { ids, fields, format: 'csv', file })
  expect(await readFile(file, 'utf8')).toBe(rows(`${ids[0]},5,`, `${ids[1]},7,`))
})
