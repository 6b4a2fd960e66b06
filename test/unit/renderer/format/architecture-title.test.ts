import { expect, test } from 'vitest'
import { architectures } from '#networks/architectures.ts'
import { architectureTitle } from '#renderer/format/architecture-title.ts'

test('architectures have the titles of the zoo, which windows cannot import', () => {
  expect(architectures.map(({ id }) => architectureTitle(id))).toEqual(architectures.map(({ title }) => title))
})

test('an unknown identifier stands for itself', () => {
  expect(architectureTitle('vgg16')).toBe('vgg16')
})
