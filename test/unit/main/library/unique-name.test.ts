import { expect, it } from 'vitest'
import { uniqueName } from '#main/library/unique-name.ts'

it('numbers a name that is taken', () => {
  expect(uniqueName('a', ['b'])).toBe('a')
  expect(uniqueName('a', ['a'])).toBe('a 2')
  expect(uniqueName('a', ['a', 'a 2', 'a 3'])).toBe('a 4')
})
