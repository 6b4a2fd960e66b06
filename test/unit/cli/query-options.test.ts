import { expect, it } from 'vitest'
import { readField, readFilter, readOrder } from '#cli/query-options.ts'
import { UsageError } from '#cli/usage-error.ts'

it('shows where a filter is wrong, and what would fit', () => {
  expect(readFilter(undefined)).toBeUndefined()
  expect(readFilter('best')).toEqual({ type: 'words', text: 'best' })
  const wrong = () => readFilter('drop < 1 and size < 100 kbit')
  expect(wrong).toThrow(UsageError)
  expect(wrong).toThrow('\n  drop < 1 and size < 100 kbit\n                          ^^^^')
})

it('reads orders and fields, or says which field may have been meant', () => {
  expect(['size', '-predictor.hiddenSize'].map((part) => readOrder(part, '--sort'))).toEqual([
    { field: 'size', isDescending: false },
    { field: 'config.predictor.hiddenSize', isDescending: true },
  ])
  expect(() => readField('sise', '--columns')).toThrow('--columns: there is no field sise.')
})
