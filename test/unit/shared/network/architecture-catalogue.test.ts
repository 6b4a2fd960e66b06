import { expect, test } from 'vitest'
import { architectures } from '#networks/architectures.ts'
import { architectureTitle } from '#shared/network/architecture-catalogue.ts'

test('every network of the zoo calls itself what the catalogue calls it', () => {
  const named = architectures.map(({ id, title, build }) => {
    const network = build(10)
    return [id, title, network.architecture, network.title]
  })
  expect(named).toEqual(architectures.map(({ id, title }) => [id, title, id, title]))
  expect(new Set(architectures.map(({ id }) => id)).size).toBe(architectures.length)
})

test('an unknown identifier stands for itself', () => {
  expect(architectureTitle('vgg16')).toBe('vgg16')
})
