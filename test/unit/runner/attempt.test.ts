import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { Attempt } from '#runner/run/attempt.ts'
import { EventLog } from '#runner/run/event-log.ts'
import { KeptFiles } from '#runner/run/kept-files.ts'
import { fillDisk, itOnSmallDisk, smallDisk } from '#test/support/small-disk.ts'
import { temporaryFolder } from '#test/support/temporary-folder.ts'

function runFolder(folder = temporaryFolder()): string {
  for (const name of ['attempts', 'files']) mkdirSync(join(folder, name))
  return folder
}

function begun(folder: string, job = '1_0'): Attempt {
  const attempt = Attempt.begin(folder, job)
  if (attempt === undefined) throw new Error('the run is complete')
  return attempt
}

test('one job of a submission has the run; a job that was requeued has it still', () => {
  const folder = runFolder()
  const claims = ['7_0', '8_0', '7_0'].map((job) => Attempt.claim(folder, 'sub', job))
  expect(claims).toEqual([true, false, true])
  expect(Attempt.claim(folder, 'next', '9_0')).toBe(true)
})

test('an attempt that has a successor keeps nothing more, and no result of it counts', async () => {
  const folder = runFolder()
  const orphan = begun(folder)
  orphan.assertNewest()
  const successor = begun(folder)
  expect([orphan.number, successor.number]).toEqual([1, 2])
  expect(() => orphan.assertNewest()).toThrow('newer attempt')
  expect(orphan.isFenced).toBe(true)
  await expect(orphan.complete(Buffer.from('{"of":"orphan"}'))).rejects.toThrow('newer attempt')
  await successor.complete(Buffer.from('{"of":"successor"}'))
  expect(readFileSync(join(folder, 'result.json'), 'utf8')).toBe('{"of":"successor"}')
})

itOnSmallDisk('gives back a number that a full disk takes no owner of', () => {
  const folder = runFolder(smallDisk(64 * 1024))
  const makeRoom = fillDisk(folder)
  expect(() => begun(folder)).toThrow('ENOSPC')
  expect(readdirSync(join(folder, 'attempts'))).toEqual([])
  makeRoom()
  expect(begun(folder).number).toBe(1)
})

test('nobody begins once there is a result, even where its writer was killed before it had its name', async () => {
  const folder = runFolder()
  await begun(folder).complete(Buffer.from('{}'))
  expect(Attempt.begin(folder, '1_0')).toBeUndefined()

  const killed = runFolder()
  begun(killed)
  writeFileSync(join(killed, 'result-1.json'), '{"whole":true}')
  writeFileSync(join(killed, 'attempts', '2'), '{"completes":1}')
  expect(Attempt.begin(killed, '1_0')).toBeUndefined()
  expect(readFileSync(join(killed, 'result.json'), 'utf8')).toBe('{"whole":true}')
})

test('an attempt whose taker was killed before it wrote a word is one all the same', () => {
  const folder = runFolder()
  writeFileSync(join(folder, 'attempts', '1'), '')
  expect(begun(folder).number).toBe(2)
})

test('events are lines, in a file that nobody else has', () => {
  const folder = runFolder()
  const path = join(folder, 'events-1.jsonl')
  const log = new EventLog(path)
  log.append({ type: 'note', at: 1, level: 'info', text: 'a\nb' })
  log.append({ type: 'note', at: 2, level: 'info', text: 'ä' })
  log.close()
  expect(readFileSync(path, 'utf8').split('\n')).toHaveLength(3)
  expect(() => new EventLog(path)).toThrow('EEXIST')
})

test('two checkpoints are kept, and the newest that is whole is used', async () => {
  const folder = runFolder()
  const files = new KeptFiles(folder)
  for (const step of [1, 2, 3]) await files.addCheckpoint(step, Uint8Array.of(step, step))
  expect(readdirSync(join(folder, 'files'))).toHaveLength(2)
  const newest = await files.newestCheckpoint()
  expect(newest).toMatchObject({ step: 3 })
  const { sha256 } = await files.add(Uint8Array.of(3, 3))
  writeFileSync(join(folder, 'files', sha256), 'torn')
  expect(await files.newestCheckpoint()).toMatchObject({ step: 2 })
  rmSync(join(folder, 'checkpoints.json'))
  expect(await files.newestCheckpoint()).toBeUndefined()
})
