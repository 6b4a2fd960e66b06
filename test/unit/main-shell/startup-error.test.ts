import { expect, test } from 'vitest'
import { showStartupError, startupErrorBox } from '#main/windows/startup-error.ts'

const error = {
  code: 'store-locked',
  message: 'The store is in use by studio run (process 12).',
  where: '/data/store',
  remedy: 'Close it first.',
} as const

test('the box says what failed, where, and what to do', () => {
  expect(startupErrorBox(error)).toMatchObject({
    message: 'NeRN Studio could not start.',
    detail: 'The store is in use by studio run (process 12).\n\nWhere: /data/store\n\nClose it first.',
  })
})

test('the same text is written before the box is shown', async () => {
  const order: string[] = []
  const dialog = {
    showMessageBox: async () => {
      order.push('box')
    },
  }
  await showStartupError(dialog as never, { code: 'internal', message: 'SQLite could not be loaded.' }, (text) =>
    order.push(text),
  )
  expect(order).toStrictEqual(['NeRN Studio could not start.\nSQLite could not be loaded.\n', 'box'])
})
