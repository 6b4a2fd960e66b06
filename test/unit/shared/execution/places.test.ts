import { expect, it } from 'vitest'
import { defaultPlaces, placesOn, threadsOfPlace } from '#shared/execution/places.ts'

const gibibytes = (count: number) => count * 2 ** 30

it.each([
  ['two cores have one place', 2, 8, 1],
  ['eight cores have two', 8, 32, 2],
  ['little memory takes places away', 16, 8, 2],
  ['there is always one', 1, 1, 1],
])('%s', (_what, cores, memory, places) => {
  expect(defaultPlaces({ cores, memoryBytes: gibibytes(memory) })).toBe(places)
})

it('gives every device but the processor one place', () => {
  expect([placesOn('cpu', 4), placesOn('cuda', 4)]).toEqual([4, 1])
})

it('shares the cores out, and leaves a single place all of them', () => {
  expect([threadsOfPlace(8, 2), threadsOfPlace(9, 4), threadsOfPlace(2, 4), threadsOfPlace(8, 1)]).toEqual([4, 2, 1, 0])
})
