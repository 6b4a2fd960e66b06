import { describe, expect, it } from 'vitest'
import { UsageError } from '#cli/usage-error.ts'
import { findChoice, findRecord } from '#cli/find-record.ts'
import { nearNames } from '#shared/basics/near-names.ts'
import { networkPresets } from '#shared/experiment/presets.ts'
import { AppException } from '#shared/basics/result.ts'

const experiments = [
  { id: 'exp-ab12', name: 'first' },
  { id: 'exp-ab34', name: 'second' },
  { id: 'exp-cd56', name: 'second' },
]
const datasets = [
  { id: 'data-1', name: 'CIFAR-10' },
  { id: 'data-2', name: 'CIFAR-100' },
  { id: 'data-3', name: 'flowers' },
  { id: 'data-4', name: 'Flowers' },
  { id: 'data-5', name: 'my_own set.v2' },
]

function errorOf(run: () => unknown): AppException {
  try {
    run()
  } catch (thrown) {
    if (thrown instanceof AppException) return thrown
    throw thrown
  }
  throw new Error('nothing was thrown')
}

describe('findRecord', () => {
  it('finds by name, by id, and by a beginning of an id that no other has', () => {
    expect(findRecord('experiment', 'first', experiments)).toBe(experiments[0])
    expect(findRecord('experiment', 'exp-cd56', experiments)).toBe(experiments[2])
    expect(findRecord('experiment', 'exp-c', experiments)).toBe(experiments[2])
  })

  it('takes what every id begins with for no name', () => {
    expect(errorOf(() => findRecord('data set', 'data-', datasets.slice(0, 1))).code).toBe('not-found')
    expect(errorOf(() => findRecord('data set', 'd', datasets.slice(0, 1))).code).toBe('not-found')
  })

  it.each([
    ['cifar10', 'CIFAR-10'],
    ['Cifar 100', 'CIFAR-100'],
    ['cifar_10', 'CIFAR-10'],
    ['My Own-Set v2', 'my_own set.v2'],
  ])('finds %s without regard to case, blanks, hyphens, underscores and dots', (key, name) => {
    expect(findRecord('data set', key, datasets).name).toBe(name)
  })

  it('takes the exact name before the ones that only read alike', () => {
    expect(findRecord('data set', 'flowers', datasets).id).toBe('data-3')
    expect(findRecord('data set', 'Flowers', datasets).id).toBe('data-4')
  })

  it('names the candidates when several are meant', () => {
    expect(errorOf(() => findRecord('data set', 'FLOWERS', datasets))).toMatchObject({
      code: 'invalid-argument',
      message: '2 data sets match FLOWERS.',
      remedy: 'Give the id: data-3 (flowers), data-4 (Flowers).',
    })
    expect(errorOf(() => findRecord('experiment', 'second', experiments)).message).toBe('2 experiments match second.')
    expect(errorOf(() => findRecord('experiment', 'exp-ab', experiments)).message).toBe('2 experiments match exp-ab.')
  })

  it('suggests what may have been meant, and else says what is known', () => {
    expect(errorOf(() => findRecord('data set', 'cifra10', datasets))).toMatchObject({
      code: 'not-found',
      message: 'There is no data set cifra10.',
      remedy: 'Did you mean CIFAR-10 or CIFAR-100?',
    })
    expect(errorOf(() => findRecord('experiment', 'xylophone', experiments)).remedy).toBe(
      'Known are: first, second, second.',
    )
    expect(errorOf(() => findRecord('network', 'a', [])).remedy).toBe('There is no network in this store yet.')
    const many = Array.from({ length: 22 }, (_, index) => ({ id: `net-${index}`, name: `network ${index}` }))
    expect(errorOf(() => findRecord('network', 'xylophone', many)).remedy).toMatch(/, network 19 and 2 more\.$/)
  })

  it('takes a name of signs alone as it stands', () => {
    expect(findRecord('data set', '--', [...datasets, { id: 'data-6', name: '--' }]).id).toBe('data-6')
    expect(errorOf(() => findRecord('data set', '-', [{ id: 'data-6', name: '--' }])).code).toBe('not-found')
  })
})

it('finds presets in the same way, and answers a wrong one as wrong use', () => {
  expect(findChoice('preset', 'FAST_ResNet56', networkPresets).id).toBe('fast-resnet56')
  expect(() => findChoice('preset', 'smal', networkPresets)).toThrow(UsageError)
  expect(() => findChoice('preset', 'smal', networkPresets)).toThrow(
    expect.objectContaining({ message: 'There is no preset smal.', remedy: 'Did you mean small?' }),
  )
})

it('suggests names that are mistyped or not written to their end, the nearest first', () => {
  const names = ['resnet20-cifar10', 'resnet20-more-A', 'vgg16', 'network list']
  expect(nearNames('resnet20', names)).toEqual(['resnet20-cifar10', 'resnet20-more-A'])
  expect(nearNames('netwrok list', names)).toEqual(['network list'])
  expect(nearNames('vgg', names)).toEqual(['vgg16'])
  expect(nearNames('squeezenet', names)).toEqual([])
})
