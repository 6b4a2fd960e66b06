import { expect, it } from 'vitest'
import { backupName, parseBackupName, type BackupFile } from '#main/store/backup-names.ts'
import { expiredBackups } from '#main/store/backup-retention.ts'

function backup(counter: number, createdAt: string): BackupFile {
  return { name: backupName(counter, createdAt), counter, createdAt }
}

it('keeps the newest three of a day', () => {
  const today = ['08', '09', '10', '11'].map((hour, at) => backup(at + 1, `2030-03-20T${hour}:00:00.000Z`))
  expect(expiredBackups(today)).toEqual([today[0]])
})

it('keeps the newest of each older day', () => {
  const old = ['18T01', '18T02', '19T01', '20T01', '20T02', '20T03'].map((time, at) =>
    backup(at + 1, `2030-03-${time}:00:00.000Z`),
  )
  expect(expiredBackups(old)).toEqual([old[0]])
})

it('keeps ten in all', () => {
  const days = Array.from({ length: 14 }, (_, at) =>
    backup(at + 1, `2030-03-${String(at + 1).padStart(2, '0')}T00:00:00.000Z`),
  )
  expect(expiredBackups(days)).toEqual(days.slice(0, 4).reverse())
})

it('goes by the order in which they were made, not by a clock that was ahead for a while', () => {
  const ahead = backup(1, '2044-01-01T00:00:00.000Z')
  const after = [2, 3, 4, 5].map((counter) => backup(counter, `2030-03-20T0${counter}:00:00.000Z`))
  expect(expiredBackups([ahead, ...after])).toEqual([after[0]])
})

it('reads names of earlier studios as made before all that are numbered', () => {
  expect(parseBackupName('studio-2030-03-20T01-02-03-004Z.sqlite')).toEqual({
    name: 'studio-2030-03-20T01-02-03-004Z.sqlite',
    counter: 0,
    createdAt: '2030-03-20T01:02:03.004Z',
  })
  expect(parseBackupName('studio-00000007-2030-03-20T01-02-03-004Z.sqlite')?.counter).toBe(7)
  expect(parseBackupName('studio.sqlite')).toBeUndefined()
})
