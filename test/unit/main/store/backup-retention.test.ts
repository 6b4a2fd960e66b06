import { expect, it } from 'vitest'
import { expiredBackups } from '#main/store/backup-retention.ts'

const now = '2030-03-20T12:00:00.000Z'
const at = (createdAt: string) => ({ name: createdAt, createdAt })

it('keeps the newest three of today', () => {
  const today = ['08', '09', '10', '11'].map((hour) => at(`2030-03-20T${hour}:00:00.000Z`))
  expect(expiredBackups(today, now)).toEqual([today[0]])
})

it('keeps the newest of each older day', () => {
  const old = [at('2030-03-18T01:00:00.000Z'), at('2030-03-18T02:00:00.000Z'), at('2030-03-19T01:00:00.000Z')]
  expect(expiredBackups(old, now)).toEqual([old[0]])
})

it('keeps ten in all', () => {
  const days = Array.from({ length: 14 }, (_, i) => at(`2030-03-${String(i + 1).padStart(2, '0')}T00:00:00.000Z`))
  expect(expiredBackups(days, now)).toEqual(days.slice(0, 4).reverse())
})
