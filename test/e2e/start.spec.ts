import { expect, test } from './support/test.ts'

test('opens its window on an empty store', async ({ studio }) => {
  await expect(studio.window).toHaveTitle(/NeRN Studio/)
  await expect(studio.window.getByRole('navigation').first()).toBeVisible()
  expect(studio.errors).toEqual([])
})
