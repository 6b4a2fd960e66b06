import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { AppError, Result } from '#shared/basics/result.ts'
import { answerOf, runCommand } from '#test/support/command-line.ts'
import { fillDisk, itOnSmallDisk, smallDisk } from '#test/support/small-disk.ts'
import { call, createExperiment, filledStore, nextEvent, openStudio, reaches } from '#test/support/studio.ts'

const STEPS = 60

itOnSmallDisk('holds the queue on a disk that is full to the last byte, and goes on when there is room', async () => {
  const disk = smallDisk(24_000_000)
  const told: string[] = []
  const log = (_scope: string, level: string, text: string) => void (level === 'error' && told.push(text))
  const storeFolder = join(disk, 'store')
  cpSync(await filledStore(), storeFolder, { recursive: true })
  const studio = await openStudio({ storeFolder, log })
  const [network] = await call(studio, 'networks.list', {})
  const [dataset] = await call(studio, 'datasets.list', {})
  if (network === undefined || dataset === undefined) throw new Error('the library is empty')
  const library = { network, dataset }
  const first = await createExperiment(studio, library, STEPS)
  const second = await createExperiment(studio, library, STEPS)
  const makeRoom = fillDisk(disk)
  const held = nextEvent(studio, 'queue-changed', (state) => state.held !== undefined)
  studio.queue.startDispatching()
  expect((await held).held).toMatchObject({ code: 'disk-full', where: expect.stringContaining(disk) as string })
  // The log of the database has pages left at first.
  let refused: Result<unknown> = { ok: true, value: undefined }
  for (let written = 0; refused.ok && written < 50; written++) {
    refused = await studio.invoke('experiments.update', { id: first.id, notes: String(written).repeat(49_000) })
  }
  expect(refused).toMatchObject({ ok: false, error: { code: 'disk-full' } })

  makeRoom()
  expect((await reaches(studio, first.id, 'completed', 'failed')).status).toBe('completed')
  expect((await reaches(studio, second.id, 'completed', 'failed')).status).toBe('completed')
  expect((await call(studio, 'queue.list', {})).held).toBeUndefined()
  expect(told.filter((text) => /defect|could not be ended|unexpectedly/.test(text))).toEqual([])
})

itOnSmallDisk('the command line says that a disk is full, with what to do, and prints no stack', async () => {
  const disk = smallDisk(12_000_000)
  const store = join(disk, 'store')
  await answerOf(store, ['network', 'list'])
  await answerOf(store, ['store', 'upgrade'])
  fillDisk(disk)
  const { code, stdout, stderr } = await runCommand(store, ['store', 'upgrade', '--json'])
  const { error } = JSON.parse(stdout) as { error: AppError }
  expect([code, error.code]).toEqual([1, 'disk-full'])
  expect(stderr).toMatch(/error: There is no space left[^\n]*\n(?: {2}where: [^\n]*\n)? {2}remedy: Free some space/)
  expect(stderr).not.toMatch(/\n\s+at |defect of the studio/)
})
